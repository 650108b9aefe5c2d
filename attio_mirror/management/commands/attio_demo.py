"""`manage.py attio_demo`: the whole product on one machine, until Ctrl-C.

Without ATTIO_API_KEY an Attio of our own (the sandbox) is started and the database, being a mirror of the last one,
begins anew; with it, the same project talks to the real Attio and keeps its database.
"""

from __future__ import annotations

import os
import re
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from attio_mirror.conf import conf
from attio_mirror.management.children import Children, Died, Interrupted, free_port, is_free
from attio_mirror.models import Connection

DEMO_FILE = "demo.sqlite3"
SANDBOX_TOKEN = "demo-token"  # noqa: S105 - opens only the sandbox on this machine
SANDBOX_PORT = 8700
LOGS = Path("var/demo")
SECRET = re.compile(r"ATTIO_WEBHOOK_SECRET=(\S+)")
"""How attio_connect tells the secret of a webhook it has just made."""


class Command(BaseCommand):
    """Start sandbox, mirror, task cluster and web server, and end them together."""

    help = "Run the demo: sandbox (without ATTIO_API_KEY), first pull, task cluster and web server, until Ctrl-C."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="where the web server listens (default 8000)")

    def handle(self, *args: Any, **options: Any) -> None:
        port: int = options["port"]
        self._refuse_what_could_hurt(port)
        try:
            with Children(_environment(), LOGS) as children:
                self._play(children, port)
        except Interrupted:
            self.stdout.write("\nEverything has ended.")
        except Died as died:
            raise CommandError(f"{died}\n{died.child.last_words()}".rstrip()) from died
        except TimeoutError as silence:
            raise CommandError(f"{silence} See {LOGS}/.") from silence

    def _refuse_what_could_hurt(self, port: int) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo makes a superuser admin/admin: it runs only with DEBUG on.")
        if not is_free(port):
            raise CommandError(f"Port {port} is taken. Choose another one: make demo PORT={port + 1}")

    def _play(self, children: Children, port: int) -> None:
        """Never returns: ends by Interrupted, as it should, or by Died."""
        attio = self._prepare(children, port)
        children.start("cluster", _manage("qcluster"))
        children.start("server", _manage("runserver", "--noreload", f"127.0.0.1:{port}"), DEBUG="1")
        children.wait_for_port(port)
        self._welcome(children, port, attio)
        raise Died(children.watch())

    def _prepare(self, children: Children, port: int) -> str:
        """Database, sandbox, schema and first pull; returns where a person can look at the other side."""
        is_real = bool(conf().connections["default"].token)
        if is_real:
            attio = "https://app.attio.com/"
            children.run("migrate", _manage("migrate", "--verbosity", "0"))
        else:
            attio = self._prepare_sandbox(children)
        _ensure_superuser()
        children.run("attio_connect", _manage("attio_connect"))
        if not is_real:
            _subscribe(children, port)
        for command in ("attio_schema", "attio_pull"):
            children.run(command, _manage(command))
        return attio

    def _prepare_sandbox(self, children: Children) -> str:
        """A new sandbox, and a new database to mirror it; both are made at once."""
        port = free_port(SANDBOX_PORT)
        origin = f"http://127.0.0.1:{port}"
        children.env |= {"ATTIO_API_KEY": SANDBOX_TOKEN, "ATTIO_BASE_URL": origin}
        self.stdout.write("Starting the sandbox, an Attio of our own …")
        children.start(
            "sandbox", _manage("attio_sandbox", "--port", str(port), "--token", SANDBOX_TOKEN, "--seed", "demo")
        )
        _forget_last_demo(Path(connection.settings_dict["NAME"]))
        children.run("migrate", _manage("migrate", "--verbosity", "0"))
        _refuse_foreign_mirror()
        children.wait_for_port(port)
        return f"{origin}/sandbox/"

    def _welcome(self, children: Children, port: int, attio: str) -> None:
        home = f"http://127.0.0.1:{port}/"
        rows = {
            "Admin": f"{home}admin/   user admin, password admin",
            "Home": home,
            "Attio": attio,
            "Logs": f"{LOGS}/",
        }
        self.stdout.write(self.style.SUCCESS("\nThe mirror is up.\n"))
        for name, text in rows.items():
            self.stdout.write(f"  {name:<8}{text}")
        self.stdout.write("\nCtrl-C ends everything.")
        self.stdout.flush()


def _subscribe(children: Children, port: int) -> None:
    """Have the sandbox announce changes to our server. The secret is told once, and kept in the children's environment.

    Only the sandbox reaches a server on this machine, and only it announces to plain http.
    """
    told = children.hear("attio_connect --webhook", _manage("attio_connect", "--webhook", f"http://127.0.0.1:{port}"))
    found = SECRET.search(told)
    if found is None:
        raise CommandError("The sandbox told no webhook secret.")
    children.env["ATTIO_WEBHOOK_SECRET"] = found[1]


def _manage(*words: str) -> list[str]:
    return [sys.executable, "-m", "django", *words]


def _environment() -> dict[str, str]:
    """Ours for the children, less DEBUG: with it Django would keep every query of a long pull in memory."""
    return dict(os.environ) | {
        "DEBUG": "0",
        "SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": _database_url(),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "PYTHONUNBUFFERED": "1",
    }


def _database_url() -> str:
    """Named outright: the demo project would otherwise pick another file once the sandbox's token is set."""
    if connection.vendor != "sqlite":
        return os.environ.get("DATABASE_URL", "")
    return f"sqlite:///{quote(str(Path(connection.settings_dict['NAME']).resolve()))}"


def _forget_last_demo(file: Path) -> None:
    """A sandbox forgets everything when it ends, and with it goes what was its mirror. Any other file is left alone."""
    if file.name == DEMO_FILE:
        for leftover in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
            leftover.unlink(missing_ok=True)


def _refuse_foreign_mirror() -> None:
    if Connection.objects.exists():
        raise CommandError("This database already mirrors an Attio. Give the demo an empty one, or unset DATABASE_URL.")


def _ensure_superuser() -> None:
    users = get_user_model().objects
    if not users.filter(is_superuser=True).exists():
        users.create_superuser(username="admin", email="admin@example.com", password="admin")  # noqa: S106 - demo only
    connection.close()
