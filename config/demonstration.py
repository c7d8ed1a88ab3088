"""What the demonstration is asked for through the environment: where, when, and for whom to listen."""

import errno
import os
import secrets
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from config.embedded import Unavailable

ROOT = Path(__file__).resolve().parent.parent
BEIJING = timezone(timedelta(hours=8))
LOCAL = ("127.0.0.1", "localhost", "::1")
BAD_MOMENT = (
    "AT 不是有效的时刻：{!r}，应写成 2020-04-30T17:25+08:00。 AT is not a moment: write it like 2020-04-30T17:25+08:00."
)
PORT_TAKEN = "端口 {0} 已被占用；请停止占用它的程序，或换一个端口：make demo PORT={1}"
PORT_RELEASE_SECONDS = 3.0


@dataclass(frozen=True)
class Wishes:
    """`offset` is how many seconds the demonstration's clock is ahead of the real one."""

    host: str
    port: int
    state_dir: Path
    at: datetime | None
    offset: float

    @property
    def address(self) -> str:
        shown = {"0.0.0.0": "localhost", "127.0.0.1": "localhost", "::": "localhost"}.get(self.host, self.host)  # noqa: S104
        return f"http://{f'[{shown}]' if ':' in shown else shown}:{self.port}"

    @property
    def printed_address(self) -> str:
        """What papers and codes begin with: where others may come, an address that others reach."""
        every = self.host in {"0.0.0.0", "::"}  # noqa: S104
        return f"http://{_outward() or 'localhost'}:{self.port}" if every else self.address


def read_wishes(environment: Mapping[str, str]) -> Wishes:
    """HOST, PORT, STATE_DIR and AT; what cannot be understood is `Unavailable` with a sentence."""
    at = moment(environment.get("AT", ""))
    return Wishes(
        host=environment.get("HOST") or "127.0.0.1",
        port=_port(environment.get("PORT") or "8000"),
        state_dir=Path(environment.get("STATE_DIR") or ROOT / "var").resolve(),
        at=at,
        offset=at.timestamp() - time.time() if at else 0.0,
    )


def moment(text: str) -> datetime | None:
    """An ISO 8601 moment in UTC, Beijing time where no offset is written; None for nothing."""
    if not text.strip():
        return None
    try:
        read = datetime.fromisoformat(text.strip())
        return (read if read.tzinfo else read.replace(tzinfo=BEIJING)).astimezone(UTC)
    except (ValueError, OverflowError) as unreadable:
        raise Unavailable(BAD_MOMENT.format(text)) from unreadable


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise Unavailable(f"PORT 应是 1 到 65535 之间的数字，而不是 {text!r}。")


def refuse_taken_port(wishes: Wishes) -> None:
    """`Unavailable` if somebody else listens there; a predecessor that is just leaving gets a moment."""
    give_up = time.monotonic() + PORT_RELEASE_SECONDS
    while not _free(wishes.host, wishes.port):
        if time.monotonic() > give_up:
            raise Unavailable(PORT_TAKEN.format(wishes.port, wishes.port % 65535 + 1))
        time.sleep(0.1)


def _free(host: str, port: int) -> bool:
    try:
        family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(place)
    except PermissionError as refused:
        raise Unavailable(f"没有监听端口 {port} 的权限；请换 1024 以上的端口：make demo PORT=8000") from refused
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return False
        raise Unavailable(f"HOST {host!r} 不是本机的地址。") from error
    return True


def child_environment(wishes: Wishes, servers: Mapping[str, str], scratch: Path) -> dict[str, str]:
    """What every process of the demonstration gets; names that the caller has set himself stay as they are."""
    defaults = {
        "SECRET_KEY": _secret_key(wishes.state_dir),
        "ALLOWED_HOSTS": ",".join(dict.fromkeys(["localhost", "127.0.0.1", "[::1]", *_names(wishes.host)])),
        "PUBLIC_BASE_URL": wishes.printed_address,
        "LOG_LEVEL": "WARNING",
        # Celery's advice against root is for servers; who starts a demonstration as root knows it.
        "PYTHONWARNINGS": "ignore::UserWarning:celery.platforms",
    }
    binding = {
        "DEMO": "1",
        "STATE_DIR": str(wishes.state_dir),
        "TMPDIR": str(scratch),
        "PYTHONUNBUFFERED": "1",
        **servers,
    }
    clock = {"CLOCK_OFFSET_SECONDS": f"{wishes.offset:.3f}"} if wishes.at else {}
    return {**defaults, **os.environ, **binding, **clock}


def _names(host: str) -> list[str]:
    """How others may call this machine when the demonstration listens for more than itself."""
    if host in LOCAL:
        return []
    every = host in {"0.0.0.0", "::"}  # noqa: S104
    return [socket.gethostname(), *_own_addresses()] if every else [host]


def _own_addresses() -> list[str]:
    try:
        named = [str(found[4][0]) for found in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    except OSError:
        named = []
    return list(dict.fromkeys([*named, *filter(None, [_outward()])]))


def _outward() -> str:
    """This machine's address on its network, "" where it has none; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return ""


def _secret_key(state_dir: Path) -> str:
    """Made once for each demonstration: the one in the source is known to everybody."""
    file = state_dir / "secret-key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return file.read_text(encoding="ascii")
