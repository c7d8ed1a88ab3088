"""Child processes that do not outlive whoever started them."""

import ctypes
import os
import pwd
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Account = pwd.struct_passwd
# Resolved before any fork: between fork and exec only the call itself may happen.
_PRCTL = getattr(ctypes.CDLL(None), "prctl", None)
_PR_SET_PDEATHSIG = 1


class Unavailable(RuntimeError):
    """A part that the demonstration or the tests need cannot be had; the message is one sentence for a person."""


def death_signal(number: signal.Signals) -> Callable[[], None]:
    """Ask the kernel to send `number` to the child when its parent dies, even of kill -9."""

    def ask() -> None:
        if _PRCTL is not None:
            _PRCTL(_PR_SET_PDEATHSIG, int(number))

    return ask


def spawn(
    command: Sequence[str | Path],
    *,
    stop: signal.Signals,
    output: int,
    folder: Path,
    env: Mapping[str, str] | None = None,
    account: Account | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own (Ctrl-C reaches only us), as `account` when one is given."""
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env=env,
        start_new_session=True,
        # The kernel forgets the death signal when the user changes; Python changes the user first, then asks.
        preexec_fn=death_signal(stop),
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )


def run(command: Sequence[str | Path], *, account: Account | None = None, typed: str = "") -> str:
    """Run to the end as `account` and return what it wrote; `Unavailable` carries its last words."""
    done = subprocess.run(
        [str(part) for part in command],
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=plain_environment(account),
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )
    if done.returncode:
        raise Unavailable(f"{Path(command[0]).name} 失败：{(done.stderr or done.stdout).strip()[-600:]}")
    return done.stdout + done.stderr


def plain_environment(account: Account | None = None) -> dict[str, str]:
    """PATH and a UTF-8 locale; none of the caller's PG* settings, which would redirect the tools."""
    home = account.pw_dir if account else os.environ.get("HOME", "/")
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": home}


def end(process: subprocess.Popen[bytes], *steps: tuple[signal.Signals, float]) -> None:
    """Send each signal in turn and wait its seconds, then kill the whole session; return when it is gone."""
    for number, seconds in steps:
        if process.poll() is not None:
            break
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    if process.poll() is None:
        process.kill()
    kill_session(process.pid)
    process.wait()


def kill_session(leader: int) -> None:
    """Nobody of the child's process group stays behind, such as pool workers whose parent was killed."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
