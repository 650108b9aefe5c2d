"""Processes that live and die together: started apart from the terminal, ended by their ids, none left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 15.0
"""Seconds a child gets to end by itself; a task cluster finishes what it has begun."""
BLINK = 0.05
"""Seconds between two looks at the children."""
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Child:
    """One started process. It leads a process group of its own, so a Ctrl-C in the terminal reaches only us."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path | None

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def last_words(self, lines: int = 20) -> str:
        """The end of its log: what a person needs to see when it died."""
        if self.log is None:
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


class Died(Exception):
    """A child ended that should be running, or a step failed."""

    def __init__(self, child: Child) -> None:
        super().__init__(f"{child.name} ended with exit code {child.process.returncode}.")
        self.child = child


class Interrupted(Exception):
    """Somebody asked us to end: Ctrl-C, SIGTERM, or the terminal was closed."""


class Children:
    """Starts children, watches them, and ends them all: a context manager, in the main thread.

    A signal only leaves a note, which the waiting methods turn into `Interrupted`: so none can arrive between the
    birth of a child and our knowing it, nor disturb the end.
    """

    def __init__(self, env: Mapping[str, str], log_dir: Path, *, patience: float = PATIENCE) -> None:
        self.env = dict(env)
        self.log_dir = log_dir
        self.patience = patience
        self.alive: list[Child] = []
        self._interrupted = False
        self._former: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Children:
        self.log_dir.mkdir(parents=True, exist_ok=True)
        self._former = {number: signal.signal(number, lambda *_: self._note()) for number in ENDING}
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()
        for number, handler in self._former.items():
            signal.signal(number, handler)

    def start(self, name: str, argv: Sequence[str], **env: str) -> Child:
        """Start a child that goes on by itself; what it prints is kept in a log file."""
        log = self.log_dir / f"{name}.log"
        with log.open("wb") as output:
            return self._spawn(name, argv, env, log, output.fileno())

    def run(self, name: str, argv: Sequence[str], **env: str) -> None:
        """One step in the foreground. Raises Died when it fails, or when another child ends meanwhile."""
        step = self._spawn(name, argv, env, None, None)
        ended = self.watch()
        if ended is not step or ended.process.returncode:
            raise Died(ended)
        self.alive.remove(step)

    def hear(self, name: str, argv: Sequence[str], **env: str) -> str:
        """One step in the foreground whose words are for us and not for the terminal, nor for any log. Raises Died."""
        step = self._spawn(name, argv, env, None, subprocess.PIPE)
        ended = self.watch()
        words = step.process.communicate()[0] if ended is step else b""
        if ended is not step or ended.process.returncode:
            raise Died(ended)
        self.alive.remove(step)
        return words.decode(errors="replace")

    def wait_for_port(self, port: int, *, timeout: float = 60.0) -> None:
        """Return when somebody listens there. Raises Died when a child ends first, TimeoutError when nobody comes."""
        deadline = time.monotonic() + timeout
        while not _listens(port):
            if ended := self._look():
                raise Died(ended)
            if time.monotonic() > deadline:
                raise TimeoutError(f"Nothing listens on port {port} after {timeout:.0f} seconds.")

    def watch(self) -> Child:
        """Sleep until a child ends, and say which."""
        while not (ended := self._look()):
            pass
        return ended

    def stop(self) -> None:
        """End all, the last one first, so that each can finish with those it talks to still there."""
        while self.alive:
            _see_off(self.alive[-1], self.patience)
            self.alive.pop()

    def _note(self) -> None:
        self._interrupted = True

    def _look(self) -> Child | None:
        """The child that has ended, if one has; otherwise a moment has passed."""
        if self._interrupted:
            raise Interrupted
        for child in self.alive:
            if child.has_ended:
                return child
        time.sleep(BLINK)
        return None

    def _spawn(
        self, name: str, argv: Sequence[str], env: dict[str, str], log: Path | None, output: int | None
    ) -> Child:
        process = subprocess.Popen(  # noqa: S603 - the command lines are our callers' own
            argv,
            env=self.env | env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=None if output in (None, subprocess.PIPE) else subprocess.STDOUT,
            start_new_session=True,
        )
        child = Child(name, process, log)
        self.alive.append(child)
        return child


def _see_off(child: Child, patience: float) -> None:
    """Ask its main process to end, and wait; then kill what is left of its group."""
    if not child.has_ended:
        child.process.terminate()
    with suppress(subprocess.TimeoutExpired):
        child.process.wait(patience)
    # Itself if it would not end, and children it left behind: the group keeps its number while one of them lives.
    with suppress(ProcessLookupError):
        os.killpg(child.process.pid, signal.SIGKILL)
    child.process.wait()


def is_free(port: int) -> bool:
    """Can a server be started on this port of this machine?"""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port(preferred: int = 0) -> int:
    """`preferred` if it is given and free, else one that the system picks."""
    if preferred and is_free(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        picked: int = probe.getsockname()[1]
    return picked


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
