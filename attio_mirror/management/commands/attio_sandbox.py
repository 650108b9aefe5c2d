"""`manage.py attio_sandbox`: a little Attio on this machine, to try the mirror against."""

from __future__ import annotations

import signal
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from attio_mirror.sandbox import TOKEN, Gate, serve, sown_world

PORT = 8765
BLINK = 0.1
"""Seconds."""


class Command(BaseCommand):
    """Serves until Ctrl-C or SIGTERM."""

    help = "Serve a little Attio on this machine: the REST API, webhooks, and a control page under /sandbox/."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The switches of the command line."""
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: this machine only)")
        parser.add_argument("--port", type=int, default=PORT, help=f"0 takes a free one (default: {PORT})")
        parser.add_argument("--token", default=TOKEN, help="the API key it accepts")
        parser.add_argument("--seed", choices=["demo", "empty"], default="demo", help="what it holds at the start")
        parser.add_argument("--no-rate-limits", action="store_true", help="answer as fast as it can")

    def handle(self, *, verbosity: int, host: str, port: int, token: str, seed: str, **options: Any) -> None:
        """Build the world, open the door, wait to be told to stop."""
        gate = Gate(sown_world(seed, token=token), rate_limits=not options["no_rate_limits"])
        with told_to_stop() as stop:
            try:
                server = serve(gate, host, port, token=token, say=self.say if verbosity > 1 else None)
            except OSError as error:
                raise CommandError(f"Cannot listen on {host}:{port} ({error.strerror}). Try --port 0.") from error
            with server:
                self.stdout.write(f"Sandbox listening on {server.url} (token {token})")
                self.stdout.flush()
                stop()
        self.stdout.write("Sandbox stopped.")

    def say(self, line: str) -> None:
        """A served request is no error, so it is not red."""
        self.stderr.write(line, str)


@contextmanager
def told_to_stop() -> Iterator[Callable[[], None]]:
    """Something that waits for Ctrl-C or SIGTERM; the handlers that were there before come back afterwards.

    It looks now and then: the kernel may hand a signal to a thread of the server, and a wait without end in this one
    would never hear of it. Nor may a handler touch the lock of an Event: it may interrupt the very wait for that.
    """
    told: list[int] = []

    def stop() -> None:
        while not told:
            time.sleep(BLINK)

    before = {number: signal.signal(number, lambda n, _: told.append(n)) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
