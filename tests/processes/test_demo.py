"""The demo for real: it comes up from nothing, and one Ctrl-C ends every process of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import requests

from attio_mirror.management.children import free_port

from .stage import ROOT, family_of, wait_until

OURS = ("ATTIO_", "DATABASE_URL", "DJANGO_SETTINGS_MODULE", "REDIS_URL", "DEBUG", "SECRET_KEY")


def test_demo_comes_up_and_one_interrupt_ends_all_of_it(tmp_path: Path) -> None:
    port, told = free_port(), tmp_path / "told"
    env = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    env |= {"DATABASE_URL": f"sqlite:///{tmp_path / 'demo.sqlite3'}", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, str(ROOT / "manage.py"), "attio_demo", "--port", str(port)]
    with told.open("wb") as out:
        demo = subprocess.Popen(command, env=env, cwd=tmp_path, stdout=out, stderr=out, start_new_session=True)
    try:
        wait_until(lambda: "Ctrl-C ends" in told.read_text() or demo.poll() is not None, "the demo does not come up")
        assert demo.poll() is None, told.read_text()
        assert "320 records" in told.read_text()
        answer = requests.get(f"http://127.0.0.1:{port}/admin/", timeout=10)
        assert answer.status_code == 200
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        # it says that it is up before the cluster's sentinel has forked: a slow machine shows the moment between
        wait_until(lambda: len(family_of(demo.pid)) > 6, "no sandbox, server, and cluster with its workers")
        family = family_of(demo.pid)
    finally:
        os.killpg(demo.pid, signal.SIGINT)
        code = demo.wait(60)
    assert code == 0
    assert [pid for pid in family if is_alive(pid)] == []


def is_alive(pid: int) -> bool:
    """A zombie, which nobody has waited for yet, is dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
