"""Where the embedded servers keep things: data that stays, and one run folder that goes."""

import fcntl
import hashlib
import os
import pwd
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from config.embedded.process import Account, Unavailable, run

PREFIX = "yitihua-"
# A Unix socket's path may have 107 bytes; "/yitihua-abcdefgh/postgres/.s.PGSQL.5432" takes 41 of them.
LONGEST_PARENT = 60
SYSTEM_STATE = Path("/var/lib")
SECONDS_BEFORE_SWEPT = 60


def ordinary_account(data: Path | None = None) -> Account | None:
    """Whom PostgreSQL runs as: None if we are an ordinary user, else the owner of the data, else an existing user."""
    about = data.stat() if data and data.exists() else None
    if os.geteuid() != 0:
        if about and about.st_uid != os.geteuid():
            raise Unavailable(f"{data} 属于别的用户（编号 {about.st_uid}）；请用该用户运行，或设 STATE_DIR。")
        return None
    if about and about.st_uid != 0:
        return _account(about.st_uid, about.st_gid)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise Unavailable("PostgreSQL 不能以 root 运行，而系统中没有 postgres 或 nobody 用户；请换普通用户运行。")


def _account(uid: int, gid: int) -> Account:
    """The account with this number, which in a container may have no name."""
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        return Account((str(uid), "x", uid, gid, "", "/", "/bin/sh"))


def can_enter(folder: Path, account: Account | None) -> bool:
    """Whether `account` may pass through `folder`, asked of the system itself (modes, ACLs and mounts all count)."""
    try:
        run(["/bin/sh", "-c", 'cd "$1"', "sh", folder], account=account)
    except Unavailable:
        return False
    return True


def system_folder(state_dir: Path) -> Path:
    """The project's own folder in the system's state: for a dropped user who cannot reach the project."""
    mark = hashlib.sha256(str(state_dir.resolve()).encode()).hexdigest()[:10]
    return SYSTEM_STATE / f"{PREFIX}{mark}"


def prepared_system_folder(state_dir: Path) -> Path:
    """`system_folder`, made if needed, with a note that says which project it belongs to."""
    folder = system_folder(state_dir)
    folder.mkdir(mode=0o711, exist_ok=True)
    folder.chmod(0o711)
    (folder / "ORIGIN").write_text(f"{state_dir.resolve()}\n", encoding="utf-8")
    return folder


def data_folder(state_dir: Path) -> Path:
    """PostgreSQL's folder: in the project, unless we are root and the dropped user cannot get there."""
    state_dir.mkdir(parents=True, exist_ok=True)
    inside = state_dir / "postgres"
    if can_enter(state_dir, ordinary_account(inside)):
        return inside
    return prepared_system_folder(state_dir) / "postgres"


def forget(state_dir: Path) -> None:
    """Remove every database and file of the demonstration, wherever `data_folder` put it."""
    shutil.rmtree(system_folder(state_dir), ignore_errors=True)
    for name in ("postgres", "postgres.new", "files", "static", "log"):
        shutil.rmtree(state_dir / name, ignore_errors=True)
    for folder in state_dir.glob("redis-*"):
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def locked(file: Path, refusal: str) -> Iterator[None]:
    """Hold `file` for us alone; the kernel lets go however we end. `Unavailable(refusal)` if another holds it."""
    try:
        handle = file.open("a")
    except PermissionError as refused:
        raise Unavailable(f"没有写入 {file.parent} 的权限；请用它的所有者运行，或用 STATE_DIR 另选目录。") from refused
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            raise Unavailable(refusal) from held
        yield


@contextmanager
def run_folder() -> Iterator[Path]:
    """A short temporary folder for sockets, logs and other leftovers; gone at the end, or swept by the next start."""
    parent = _short_parent()
    sweep(parent)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    # Passable, not readable: the dropped user owns one folder in it, below.
    folder.chmod(0o711)
    try:
        with locked(folder / "lock", f"{folder} 正被占用。"):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def owned_folder(folder: Path, account: Account | None) -> Path:
    """Make `folder` for `account` alone, changing the owner of nothing else."""
    folder.mkdir(mode=0o700)
    folder.chmod(0o700)
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    return folder


def sweep(parent: Path) -> None:
    """Remove run folders of ours whose owner was killed: nobody holds their lock any more."""
    for folder in parent.glob(f"{PREFIX}*"):
        if _abandoned(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _abandoned(folder: Path) -> bool:
    try:
        about = folder.lstat()
        young = time.time() - about.st_mtime < SECONDS_BEFORE_SWEPT
        if folder.is_symlink() or about.st_uid != os.geteuid() or young:
            return False
        with locked(folder / "lock", "held"):
            return True
    except (OSError, Unavailable):
        return False


def _short_parent() -> Path:
    account = ordinary_account()
    for name in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108 - mkdtemp makes the folder itself
        parent = Path(name).resolve()
        short = len(os.fsencode(parent)) <= LONGEST_PARENT
        if short and os.access(parent, os.W_OK | os.X_OK) and can_enter(parent, account):
            return parent
    raise Unavailable("找不到可写的短路径临时目录（/tmp 或 /var/tmp），无法放置数据库套接字。")
