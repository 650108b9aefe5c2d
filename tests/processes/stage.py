"""The stage: a sandbox server, a database, a task cluster and a writer, each a process that can be killed."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import psycopg

from attio_mirror.management.children import Child, Children
from attio_mirror.sandbox import Gate, Server, serve, sown_world

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "token-of-the-play"
PATIENCE = 60.0
T = TypeVar("T")


@dataclass
class Stage:
    """A sandbox server of ours, and processes told what to do by their environment alone."""

    children: Children
    sandbox: Server
    cluster: Child | None = None

    def start_cluster(self) -> None:
        self.cluster = self.children.start("cluster", manage("qcluster"))

    def kill_cluster(self) -> None:
        """All of it at once, as when a machine loses power."""
        assert self.cluster
        os.killpg(self.cluster.process.pid, signal.SIGKILL)
        self.cluster.process.wait()
        self.children.alive.remove(self.cluster)

    def catch_talking(self) -> int:
        """Wait for a worker with requests in the air."""
        return wait_until(self._talking, "no worker talks to Attio", pause=0.005)[0]

    def _talking(self) -> list[int]:
        """Only workers that talk have the threads of the pool."""
        assert self.cluster
        workers = [pid for child in children_of(self.cluster.process.pid) for pid in children_of(child)]
        return [pid for pid in workers if len(threads_of(pid)) > 3]

    @contextmanager
    def playing(self, saves: int, seed: int) -> Iterator[Play]:
        """A writer at work, and an audit once nothing is under way any more; the block lasts as long as that."""
        play = Play(self.children.start("play", script(f"play({saves}, {seed}, patience={PATIENCE})")))
        yield play
        play.child.process.wait(3 * PATIENCE)
        self.children.alive.remove(play.child)
        assert play.child.process.returncode == 0, play.child.last_words()

    def run(self, code: str) -> None:
        """One step to its end."""
        self.children.run("step", script(code))


@dataclass
class Play:
    """The process that saves, waits and compares."""

    child: Child

    def saved(self, count: int) -> None:
        """Wait until so many saves are done."""
        wait_until(lambda: self._saves() >= count, f"{count} saves were never done")

    def _saves(self) -> int:
        assert not self.child.has_ended, self.child.last_words()
        words = self.child.last_words().split()
        return int(words[-1]) if words and words[-1].isdigit() else 0

    @property
    def told(self) -> dict[str, Any]:
        """What the audit found, once it is over."""
        found: dict[str, Any] = json.loads(self.child.last_words(1))
        return found


@contextmanager
def own_database(server: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database: a file in the folder, or one beside the one named on a PostgreSQL server."""
    if not server:
        yield f"sqlite:///{folder / 'play.sqlite3'}"
        return
    name = f"attio_mirror_play_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def raised(database_url: str, log_dir: Path, settings: str = "tests.processes.settings") -> Iterator[Stage]:
    """Sandbox and database, connected, the schema mirrored; the cluster is the caller's to start."""
    with serve(Gate(sown_world("empty", token=TOKEN), rate_limits=True)) as sandbox:
        world = {
            "DJANGO_SETTINGS_MODULE": settings,
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "SECRET_KEY": "the key of the play",
            "DEBUG": "0",
            "DATABASE_URL": database_url,
            "ATTIO_BASE_URL": sandbox.url,
            "ATTIO_API_KEY": TOKEN,
        }
        inherited = {name: value for name, value in os.environ.items() if name not in ("REDIS_URL", "ATTIO_PUSH")}
        with Children(inherited | world, log_dir) as children:
            stage = Stage(children, sandbox)
            stage.run("for step in ('migrate', 'attio_connect', 'attio_schema'): call_command(step, verbosity=0)")
            yield stage


def manage(*words: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *words]


def script(code: str) -> list[str]:
    """A command line for a few words of Python with Django set up."""
    lines = (
        "import django",
        "django.setup()",
        "from django.core.management import call_command",
        "from tests.processes.audit import play",
        code,
    )
    return [sys.executable, "-c", "\n".join(lines)]


def wait_until(claim: Callable[[], T], otherwise: str, *, pause: float = 0.05) -> T:
    """What the claim says once it says something. Asking costs the processor what those waited for could use."""
    deadline = time.monotonic() + PATIENCE
    while not (found := claim()):
        assert time.monotonic() < deadline, otherwise
        time.sleep(pause)
    return found


def children_of(pid: int) -> list[int]:
    """As the kernel has them: a child belongs to the thread that made it."""
    try:
        listed = [Path(f"/proc/{pid}/task/{thread}/children").read_text().split() for thread in threads_of(pid)]
    except FileNotFoundError:
        return []
    return [int(child) for children in listed for child in children]


def family_of(pid: int) -> list[int]:
    """Children, their children and so on."""
    found = children_of(pid)
    return found + [each for child in found for each in family_of(child)]


def threads_of(pid: int) -> list[str]:
    """The threads of a process; none where it has just ended."""
    try:
        return [entry.name for entry in Path(f"/proc/{pid}/task").iterdir()]
    except FileNotFoundError:
        return []
