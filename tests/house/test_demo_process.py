"""The demo's processes live and die together, whatever ends first. Dummy children stand in for server and cluster."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from attio_mirror.management.children import Children, Died, Interrupted, free_port, is_free

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
)
LISTEN = """
import socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
time.sleep(600)
"""
LEAVES_AN_ORPHAN = """
import signal, subprocess, sys, time
orphan = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(orphan.pid, flush=True)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
time.sleep(600)
"""


@pytest.fixture
def children(tmp_path):
    with Children(os.environ, tmp_path, patience=5) as children:
        yield children


def python(code: str, *args: object) -> list[str]:
    return [sys.executable, "-c", code, *map(str, args)]


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(claim) -> None:
    deadline = time.monotonic() + 20
    while not claim():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


def test_all_children_end_with_the_block(tmp_path):
    with Children(os.environ, tmp_path) as children:
        pids = [children.start(name, SLEEP).process.pid for name in ("one", "two")]
    assert not any(is_running(pid) for pid in pids)


def test_child_that_will_not_listen_is_killed(tmp_path):
    with Children(os.environ, tmp_path, patience=0.1) as children:
        child = children.start("deaf", python(STUBBORN))
        wait_until(lambda: "deaf" in child.last_words())
    assert child.process.returncode == -signal.SIGKILL


def test_child_that_will_end_itself_is_only_asked(children):
    child = children.start("sleeper", SLEEP)
    children.stop()
    assert child.process.returncode == -signal.SIGTERM


def test_grandchildren_are_not_left_behind(children):
    child = children.start("parent", python(LEAVES_AN_ORPHAN))
    wait_until(child.last_words)
    orphan = int(child.last_words())
    children.stop()
    wait_until(lambda: not is_running(orphan) or is_zombie(orphan))


def is_zombie(pid: int) -> bool:
    """Killed, and waiting for a reaper that a container may not have."""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"


def test_the_last_started_ends_first(tmp_path):
    order = tmp_path / "order"
    code = (
        "import signal, sys, time, pathlib\n"
        "def end(*_):\n open(sys.argv[1], 'a').write(sys.argv[2])\n sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\nprint('ready', flush=True)\ntime.sleep(600)"
    )
    with Children(os.environ, tmp_path) as children:
        for name in "abc":
            child = children.start(name, python(code, order, name))
            wait_until(child.last_words)
    assert order.read_text() == "cba"


def test_the_one_that_died_is_named_with_its_last_words(children):
    children.start("sleeper", SLEEP)
    children.start("unlucky", python("import sys; sys.exit('no more')"))
    ended = children.watch()
    assert (ended.name, ended.last_words()) == ("unlucky", "no more")
    assert str(Died(ended)) == "unlucky ended with exit code 1."


def test_step_runs_to_its_end_and_is_forgotten(children, tmp_path):
    children.run("step", python("open(__import__('sys').argv[1], 'w').write('done')", tmp_path / "trace"))
    assert (tmp_path / "trace").read_text() == "done"
    assert children.alive == []


def test_failing_step_stops_the_play(children):
    with pytest.raises(Died, match="step ended with exit code 3"):
        children.run("step", python("raise SystemExit(3)"))


def test_step_is_given_up_when_another_child_dies(children):
    children.start("unlucky", python("raise SystemExit(4)"))
    with pytest.raises(Died, match="unlucky ended with exit code 4"):
        children.run("step", SLEEP)


def test_port_is_waited_for(children):
    port = free_port()
    children.start("listener", python(LISTEN, port))
    children.wait_for_port(port)
    assert not is_free(port)


def test_waiting_for_a_port_ends_when_the_child_dies(children):
    children.start("unlucky", python("raise SystemExit(5)"))
    with pytest.raises(Died, match="exit code 5"):
        children.wait_for_port(free_port())


def test_waiting_for_a_port_has_an_end(children):
    with pytest.raises(TimeoutError, match="Nothing listens"):
        children.wait_for_port(free_port(), timeout=0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_the_wait_and_then_the_children(tmp_path, number):
    before = signal.getsignal(signal.SIGINT)  # ignored already where a shell runs us in the background
    with pytest.raises(Interrupted), Children(os.environ, tmp_path) as children:  # noqa: PT012 - the block is the subject
        child = children.start("sleeper", SLEEP)
        threading.Timer(0.1, os.kill, (os.getpid(), number)).start()
        children.watch()
    assert child.has_ended
    assert signal.getsignal(signal.SIGINT) is before


def test_second_signal_does_not_disturb_the_end(tmp_path):
    with Children(os.environ, tmp_path) as children:
        child = children.start("sleeper", SLEEP)
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
    assert child.has_ended


def test_preferred_port_is_taken_only_when_free():
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        assert free_port(taken) != taken
    assert free_port(taken) == taken


def test_child_hears_what_it_is_told_in_its_environment(children):
    child = children.start("reader", python("import os; print(os.environ['GREETING'])"), GREETING="hello")
    assert children.watch() is child
    assert child.last_words() == "hello"
