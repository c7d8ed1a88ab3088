"""The install script on a machine of its own making: a folder with spaces, one package, stand-ins for apt and sudo."""

import hashlib
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "true", "sed", "tr", "tail", "awk", "id", "dirname", "env", "rm", "cat")
APT = '#!/bin/sh\necho "$*" >>"$CALLS"\n'
# Without a list of packages the script ends where the packages of Python would begin.
ONLY_SYSTEM = {"LOCK": "nowhere.lock"}
SUDO = '#!/bin/sh\n[ "$1" = -n ] && shift\nexec "$@"\n'


@dataclass
class Machine:
    """A project and a PATH with nothing but what a test puts there; the index of packages is a folder."""

    project: Path
    programs: Path
    wheels: Path
    calls: Path

    def install(self, target: str, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": str(self.programs),
            "HOME": str(self.project.parent),
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": self.wheels.as_uri(),
            "CALLS": str(self.calls),
            "LC_ALL": "C.UTF-8",
            **more,
        }
        command = [self.programs / "sh", self.project / "config" / "install.sh", target]
        return subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, check=False)

    def program(self, name: str, script: str = "#!/bin/sh\nexit 0\n") -> None:
        (self.programs / name).write_text(script, encoding="utf-8")
        (self.programs / name).chmod(0o755)

    def offer(self, version: str) -> None:
        """Put a package into the index and lock it."""
        wheel = self.wheels / f"offered-{version}-py3-none-any.whl"
        about = f"offered-{version}.dist-info"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("offered.py", f"VERSION = {version!r}\n")
            archive.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: offered\nVersion: {version}\n")
            archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr(f"{about}/RECORD", "")
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        lock = f"offered=={version} \\\n    --hash=sha256:{digest}\n"
        (self.project / "requirements.lock").write_text(lock, encoding="utf-8")

    def installed(self) -> str:
        command = [self.project / ".venv" / "bin" / "python", "-c", "import offered; print(offered.VERSION)"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path / "the project 平台", tmp_path / "bin", tmp_path / "wheels", tmp_path / "calls")
    for folder in (made.project / "config", made.programs, made.wheels):
        folder.mkdir(parents=True)
    shutil.copy(ROOT / "config" / "install.sh", made.project / "config")
    for tool in TOOLS:
        (made.programs / tool).symlink_to(shutil.which(tool))
    # The interpreter below this virtual environment; a link would lose its way to the standard library.
    made.program("python3", f'#!/bin/sh\nexec "{Path(sys.base_prefix) / "bin" / "python3"}" "$@"\n')
    made.offer("1.0")
    return made


def test_packages_are_installed_by_hash_and_the_second_time_nobody_is_called(machine):
    first = machine.install("demo")
    assert (first.returncode, first.stderr) == (0, "")
    assert machine.installed() == "1.0"
    shutil.rmtree(machine.wheels)
    second = machine.install("demo")
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")


def test_a_changed_lock_is_followed_and_a_changed_package_refused(machine):
    machine.install("demo")
    machine.offer("2.0")
    assert machine.install("demo").returncode == 0
    assert machine.installed() == "2.0"
    machine.offer("3.0")
    with (machine.wheels / "offered-3.0-py3-none-any.whl").open("ab") as wheel:
        wheel.write(b"altered")
    refused = machine.install("demo")
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith("✗ Python 软件包没有装全")


def test_a_broken_environment_is_made_anew(machine):
    machine.install("demo")
    (machine.project / ".venv" / "bin" / "python").unlink()
    assert machine.install("demo").returncode == 0
    assert machine.installed() == "1.0"


def test_without_a_fitting_python_one_sentence_says_which(machine):
    machine.program("python3", "#!/bin/sh\nexit 1\n")
    refused = machine.install("demo", PYTHON="nowhere")
    assert refused.returncode == 1
    assert refused.stderr.startswith("✗ 需要 Python 3.11、3.12 或 3.13")


def test_who_may_not_install_is_told_the_packages_in_one_sentence(machine):
    refused = machine.install("tests")
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr.count("\n") == 1
    assert refused.stderr.startswith("✗ 缺少系统软件包：chromium fontconfig fonts-wqy-microhei；")


def test_who_may_install_gets_exactly_what_is_missing(machine):
    machine.program("apt-get", APT)
    machine.program("sudo", SUDO)
    machine.program("fc-list", "#!/bin/sh\necho 某字体\n")
    machine.install("tests", **ONLY_SYSTEM)
    update, install = machine.calls.read_text(encoding="utf-8").splitlines()
    assert update == "update -qq"
    assert install == "install -y -qq --no-install-recommends chromium"


def test_nothing_missing_means_that_apt_is_not_called(machine):
    machine.program("apt-get", APT)
    machine.program("sudo", SUDO)
    machine.program("fc-list", "#!/bin/sh\necho 某字体\n")
    machine.program("chromium")
    assert "缺少系统软件包" not in machine.install("tests", **ONLY_SYSTEM).stderr
    assert not machine.calls.exists()


def test_a_failing_apt_ends_with_the_same_sentence(machine):
    machine.program("apt-get", "#!/bin/sh\nexit 100\n")
    machine.program("sudo", SUDO)
    refused = machine.install("tests")
    assert refused.returncode == 1
    assert refused.stderr.startswith("✗ 缺少系统软件包：chromium")


def test_missing_libraries_of_documents_are_named(machine, tmp_path):
    (tmp_path / "ctypes.py").write_text("def CDLL(name):\n    raise OSError(name)\n", encoding="utf-8")
    refused = machine.install("demo", PYTHONPATH=str(tmp_path))
    assert refused.stderr.startswith("✗ 缺少系统软件包：libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0；")


def test_the_image_has_its_own_list_and_place(machine, tmp_path):
    (machine.project / "requirements.lock").rename(machine.project / "production.lock")
    place = tmp_path / "opt venv"
    assert machine.install("image", VENV=str(place), LOCK="production.lock").returncode == 0
    assert list(place.glob("lib/python*/site-packages/offered.py"))
    assert not (machine.project / ".venv").exists()
