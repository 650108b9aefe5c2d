"""`attio_demo` from the first step to the last signal, with dummy children for server, cluster and sandbox."""

from __future__ import annotations

import io
import os
import signal
import socket
import sys
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from attio_mirror.management.children import free_port
from attio_mirror.management.commands import attio_demo
from attio_mirror.models import Connection

pytestmark = pytest.mark.django_db(transaction=True)

LISTEN = "import socket, sys, time; door = socket.create_server(('127.0.0.1', int(sys.argv[1]))); time.sleep(600)"
SLEEP = "import time; time.sleep(600)"
CONNECT = """
import os, sys
print("ATTIO_WEBHOOK_SECRET=told-once") if "--webhook" in sys.argv else None
"""
TELL = """
import os, sys
with open("trace", "a") as trace:
    words = sys.argv[1], os.environ.get("ATTIO_API_KEY", "-"), os.environ["DEBUG"]
    print(*words, *([os.environ["ATTIO_WEBHOOK_SECRET"]] if "ATTIO_WEBHOOK_SECRET" in os.environ else []), file=trace)
"""


class Terminal(io.StringIO):
    """A person who presses Ctrl-C as soon as the demo says that it is up."""

    def write(self, text: str) -> int:
        if "Ctrl-C ends everything" in text:
            os.kill(os.getpid(), signal.SIGINT)
        return super().write(text)


class Cast(dict[str, str]):
    """The code that plays each command; the rest leave a line in the trace."""

    def argv(self, command: str, *words: str) -> list[str]:
        match command:
            case "runserver":
                word = words[-1].rpartition(":")[2]
            case "attio_sandbox":
                word = words[words.index("--port") + 1]
            case "attio_connect" if "--webhook" in words:
                return [sys.executable, "-c", TELL + self.get(command, CONNECT), *("attio_connect", *words)]
            case _:
                word = command
        return [sys.executable, "-c", self.get(command, TELL), word]


@pytest.fixture
def cast(monkeypatch, tmp_path, settings):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ATTIO_WEBHOOK_SECRET", raising=False)
    monkeypatch.setattr(attio_demo.connection, "close", lambda: None)
    settings.DEBUG = True
    settings.ATTIO_MIRROR = {"CONNECTIONS": {"default": {"TOKEN": ""}}}
    cast = Cast(attio_sandbox=LISTEN, runserver=LISTEN, qcluster=SLEEP)
    monkeypatch.setattr(attio_demo, "_manage", cast.argv)
    return cast


def play(terminal: io.StringIO | None = None) -> str:
    terminal = terminal or Terminal()
    call_command("attio_demo", port=free_port(), stdout=terminal)
    return terminal.getvalue()


def trace() -> list[str]:
    return Path("trace").read_text().splitlines()


def test_demo_comes_up_says_where_and_ends_when_asked(cast):
    said = play()
    assert "/admin/   user admin, password admin" in said
    assert "/sandbox/" in said
    assert said.endswith("Everything has ended.\n")


def test_steps_come_in_order_and_speak_to_the_sandbox(cast):
    play()
    assert trace() == [
        "migrate demo-token 0",
        "attio_connect demo-token 0",
        "attio_connect demo-token 0",
        "attio_schema demo-token 0 told-once",
        "attio_pull demo-token 0 told-once",
    ]


def test_the_secret_of_the_webhook_is_neither_shown_nor_written_to_a_log(cast):
    assert "told-once" not in play()
    assert all("told-once" not in log.read_text() for log in Path("var/demo").iterdir())


def test_a_webhook_without_a_secret_is_an_error(cast):
    cast["attio_connect"] = ""
    with pytest.raises(CommandError, match="no webhook secret"):
        play()


def test_with_a_token_there_is_no_sandbox(cast, settings, monkeypatch):
    settings.ATTIO_MIRROR = {"CONNECTIONS": {"default": {"TOKEN": "a-real-one"}}}
    monkeypatch.setenv("ATTIO_API_KEY", "a-real-one")
    said = play()
    assert "https://app.attio.com/" in said
    assert "sandbox" not in said
    assert trace()[1] == "attio_connect a-real-one 0"


def test_superuser_is_made_once_and_never_touched_again(cast):
    play()
    admin = get_user_model().objects.get(is_superuser=True)
    assert admin.check_password("admin")
    admin.set_password("my own")
    admin.save()
    play()
    assert get_user_model().objects.get(is_superuser=True).check_password("my own")


def test_failing_step_is_named(cast):
    cast["attio_schema"] = "raise SystemExit(7)"
    with pytest.raises(CommandError, match="attio_schema ended with exit code 7"):
        play()


def test_dead_child_is_named_with_its_last_words(cast):
    cast["qcluster"] = "raise SystemExit('the broker is gone')"
    with pytest.raises(CommandError, match=r"cluster ended with exit code 1\.\nthe broker is gone"):
        play(io.StringIO())


def test_silent_server_is_given_up(cast, monkeypatch):
    cast["runserver"] = SLEEP
    monkeypatch.setattr(attio_demo.Children, "wait_for_port", silence)
    with pytest.raises(CommandError, match=r"Nobody answers\. See var/demo"):
        play()


def silence(*args: object) -> None:
    raise TimeoutError("Nobody answers.")


def test_taken_port_is_refused_with_a_way_out(cast):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(CommandError, match=f"make demo PORT={port + 1}"):
            call_command("attio_demo", port=port)


def test_demo_with_its_known_password_needs_debug(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="only with DEBUG on"):
        call_command("attio_demo")


def test_database_that_mirrors_something_else_is_left_alone(cast):
    Connection.objects.create(alias="default")
    with pytest.raises(CommandError, match="already mirrors an Attio"):
        play()
    assert Connection.objects.exists()


def test_only_the_file_of_the_demo_is_forgotten(tmp_path):
    names = ["demo.sqlite3", "demo.sqlite3-wal", "demo.sqlite3-shm", "shop.sqlite3", "mirror.sqlite3"]
    for name in names:
        (tmp_path / name).touch()
    for name in ("demo.sqlite3", "shop.sqlite3", "mirror.sqlite3"):
        attio_demo._forget_last_demo(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mirror.sqlite3", "shop.sqlite3"]


def test_children_are_told_the_database_outright():
    environment = attio_demo._environment()
    assert (environment["DEBUG"], environment["SECRET_KEY"]) == ("0", "the key of the tests")
    if attio_demo.connection.vendor == "sqlite":
        assert environment["DATABASE_URL"].startswith("sqlite:////")
