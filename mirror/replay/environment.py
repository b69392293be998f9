"""pywb's own virtual environment, built on first use from a lock with hashes.

pywb cannot share the project's environment: it needs `brotlipy`, which takes the place of the
`brotli` that bodies are decoded with, and an old `redis`. What is built is what the lock says; the
copy of the lock is written last, so that an environment that was not finished is built again.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

import filelock

PROJECT = Path(__file__).resolve().parents[2]
LOCKS = PROJECT / "requirements"
LOCK_NAME = "replay.txt"


class NoReplay(Exception):
    """pywb's environment cannot be built; the message is for the operator."""


def default_environment() -> Path:
    """Beside the environment that runs: ``.venv`` and ``.venv-replay``."""
    if sys.prefix == sys.base_prefix:
        return PROJECT / ".venv-replay"
    here = Path(sys.prefix)
    return here.with_name(f"{here.name}-replay")


def python_of(environment: Path, lock_name: str = LOCK_NAME) -> Path:
    """The Python with pywb in it; built first where that is not there, or of another lock.

    :param lock_name: of the file in ``requirements/`` that says what is in it.
    :raises NoReplay: it cannot be built.
    """
    lock = LOCKS / lock_name
    if not lock.is_file():
        raise NoReplay(f"{lock} is missing: replay runs from the project's own folder")
    environment.parent.mkdir(parents=True, exist_ok=True)
    with filelock.UnixFileLock(environment.with_name(f".{environment.name}.lock")):
        if not _is_complete(environment, lock):
            _build(environment, lock)
    return environment / "bin" / "python"


def _is_complete(environment: Path, lock: Path) -> bool:
    try:
        return (environment / "lock.txt").read_bytes() == lock.read_bytes()
    except OSError:
        return False


def _build(environment: Path, lock: Path) -> None:
    if environment.exists() and not (environment / "pyvenv.cfg").is_file():
        raise NoReplay(f"{environment} is no virtual environment; not removed")
    sys.stderr.write(
        f"scrapy replay: building {environment} from {lock.name}, once; about a minute\n"
    )
    try:
        shutil.rmtree(environment, ignore_errors=True)
        venv.create(environment, with_pip=True, symlinks=True)
        _install(environment, "-r", str(LOCKS / "build.txt"))
        _install(environment, "--no-build-isolation", "-r", str(lock))
        shutil.copyfile(lock, environment / "lock.txt")
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoReplay(
            f"{environment} cannot be built: {error}; the next try begins again"
        ) from error


def _install(environment: Path, *what: str) -> None:
    subprocess.run(
        [
            *(environment / "bin" / "python", "-m", "pip", "--disable-pip-version-check"),
            *("install", "-qq", "--require-hashes", "--no-deps", *what),
        ],
        stdin=subprocess.DEVNULL,
        check=True,
    )
