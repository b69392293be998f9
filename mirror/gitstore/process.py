"""Git as a process that does what it is told and nothing else."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from pathlib import Path

PROTOCOLS = ("http", "https", "git")
"""Transports that only fetch. ``ext::`` runs a command, ``ssh`` uses the keys of whoever runs this,
``file`` reads the machine: the last is for a path that the operator names alone."""

# git-config(1). Given to every process, and read instead of any file of the user or the machine.
_CONFIGURATION = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.untrackedCache": "false",
    "core.attributesFile": os.devnull,
    "core.deltaBaseCacheLimit": "16m",
    "core.packedGitWindowSize": "1m",
    "core.packedGitLimit": "8m",
    "core.commitGraph": "false",
    "credential.helper": "",
    "fetch.recurseSubmodules": "false",
    "fetch.writeCommitGraph": "false",
    "fetch.unpackLimit": "1",
    "gc.auto": "0",
    "gc.autoDetach": "false",
    "gc.pruneExpire": "never",
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "60",
    "maintenance.auto": "false",
    "pack.windowMemory": "64m",
    "protocol.allow": "never",
    "submodule.recurse": "false",
    "transfer.bundleURI": "false",
}
_MOST_MESSAGES = 16 * 1024
_LINE = 4 * 1024 * 1024
"""Longest line of an answer: a path is bounded by the size of its tree object."""


class GitError(Exception):
    """Git did not do what it was asked for; the message is what it said, on one line."""


class Git:
    """Runs git on one repository, or on none.

    :param folder: of a bare repository; ``None`` for commands that need none.
    :param local: a local path may be fetched from.
    :param proxy: ``http.proxy``; ``""`` for none.
    :param ca_file: PEM file of further trusted authorities; ``""`` for the system's own.
    """

    def __init__(
        self, folder: Path | None = None, *, local: bool = False, proxy: str = "", ca_file: str = ""
    ) -> None:
        self.folder = folder
        self._protocols = (*PROTOCOLS, "file") if local else PROTOCOLS
        self._further = {"http.proxy": proxy, **({"http.sslCAInfo": ca_file} if ca_file else {})}

    def run_at_once(self, *arguments: str, data: bytes = b"") -> bytes:
        """What a command prints that takes no time; nothing else goes on meanwhile.

        :param data: that it reads.

        :raises GitError: it failed.
        """
        done = subprocess.run(
            ["git", *self._before(), *arguments],
            capture_output=True,
            check=False,
            input=data,
            env=self._environment(),
        )
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip()
            raise GitError(said or f"git {arguments[0]} ended with status {done.returncode}")
        return done.stdout

    async def run(self, *arguments: str, most: int = _LINE) -> bytes:
        """What a command prints.

        :param most: bytes of it.
        :raises GitError: it failed, or prints more.
        """
        async with self.start(*arguments) as process:
            assert process.stdout is not None
            printed = await process.stdout.read(most + 1)
            while chunk := await process.stdout.read(most + 1 - len(printed)):
                printed += chunk
            if len(printed) > most:
                raise GitError(f"git {arguments[0]} prints more than {most} bytes")
        return printed

    @asynccontextmanager
    async def start(
        self,
        *arguments: str,
        on_message: Callable[[str], None] | None = None,
        unfinished: bool = False,
    ) -> AsyncIterator[asyncio.subprocess.Process]:
        """A command that runs beside; its end is waited for, and killed when the caller fails.

        :param on_message: is told each line of what it says beside its answer.
        :param unfinished: the caller may have read enough before the end; then it is ended.
        :raises GitError: it failed.
        """
        process = await asyncio.create_subprocess_exec(
            "git",
            *self._before(),
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._environment(),
            start_new_session=True,
            limit=_LINE,
        )
        messages = asyncio.ensure_future(_messages(process, on_message))
        try:
            yield process
            if process.stdin is not None:
                process.stdin.close()
            if unfinished:
                return
            status = await process.wait()
            if status:
                said = await messages
                raise GitError(said or f"git {arguments[0]} ended with status {status}")
        finally:
            await _end(process)
            with suppress(asyncio.CancelledError):
                await messages

    def _before(self) -> Sequence[str]:
        options = [f"--git-dir={self.folder}", "--bare"] if self.folder is not None else []
        return ["--no-pager", "--no-replace-objects", "--literal-pathspecs", *options]

    def _environment(self) -> Mapping[str, str]:
        """No variable of the caller's but those that find programs and certificates."""
        kept = ("PATH", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
        found = {name: os.environ[name] for name in kept if name in os.environ}
        configuration = {
            **_CONFIGURATION,
            **self._further,
            **{f"protocol.{name}.allow": "always" for name in self._protocols},
        }
        for number, (name, value) in enumerate(configuration.items()):
            found[f"GIT_CONFIG_KEY_{number}"] = name
            found[f"GIT_CONFIG_VALUE_{number}"] = value
        return {
            **found,
            "GIT_CONFIG_COUNT": str(len(configuration)),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_ALLOW_PROTOCOL": ":".join(self._protocols),
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "/bin/false",
            "GIT_SSH_COMMAND": "/bin/false",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "HOME": "/nonexistent",
            "XDG_CONFIG_HOME": "/nonexistent",
            "LC_ALL": "C",
        }


async def _messages(process: asyncio.subprocess.Process, tell: Callable[[str], None] | None) -> str:
    """The last of what a process says on its standard error, as one line."""
    assert process.stderr is not None
    said = b""
    while chunk := await process.stderr.read(4096):
        if tell is not None:
            for line in chunk.replace(b"\r", b"\n").split(b"\n"):
                if line.strip():
                    tell(line.decode("utf-8", "replace").strip())
        said = (said + chunk)[-_MOST_MESSAGES:]
    lines = said.replace(b"\r", b"\n").decode("utf-8", "replace").split("\n")
    return "; ".join(line.strip() for line in lines if line.strip() and "%" not in line)[-500:]


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a process, and what it has started: they are a group of their own."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
