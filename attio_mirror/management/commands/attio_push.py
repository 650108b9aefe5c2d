"""`manage.py attio_push`: bring everything that waits to Attio, here and now."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from attio_mirror.conf import conf
from attio_mirror.management.words import counted, explained, number
from attio_mirror.models import Connection, OutboxEntry
from attio_mirror.sync.connections import connection
from attio_mirror.sync.drain import Drained, drain, slugs_of
from attio_mirror.sync.find import find
from attio_mirror.sync.shadow import planned, summary

SHOWN = 20
"""Sent entries listed one by one, unless -v 2."""


class Command(BaseCommand):
    """Drains the outbox in the foreground."""

    help = "Send what waits in the outbox, in the foreground. Fails if something was refused or is in doubt."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The switches of the command line."""
        parser.add_argument("--connection", metavar="ALIAS", help="only this key of CONNECTIONS; default: all")
        parser.add_argument(
            "--find",
            action="store_true",
            help="first find rows that were changed without a signal (update(), bulk, SQL)",
        )
        parser.add_argument("--once", action="store_true", help="one round of the pump instead of until it is empty")
        parser.add_argument(
            "--wait", type=float, default=30.0, metavar="SECONDS", help="how long to wait for back-offs (default 30)"
        )

        parser.add_argument("--shadow", action="store_true", help="send nothing: tell what would be sent")

    def handle(self, *, verbosity: int, find: bool, once: bool, wait: float, **options: Any) -> None:
        """Drain connection by connection; fail at the end if something needs a person."""
        alias: str | None = options["connection"]
        troubled = 0
        for each in [alias] if alias else list(conf().connections):
            with explained():
                of = connection(each)
                if find:
                    self._find(of)
                if options["shadow"]:
                    self._preview(of, everything=verbosity > 1)
                    continue
                done = drain(of, wait=wait, once=once)
            self._report(of, done, everything=verbosity > 1)
            troubled += not done.is_clean
        if troubled:
            raise CommandError(
                "Not everything is in Attio. Correct the rows and save them, or see the outbox in the admin."
            )

    def _find(self, of: Connection) -> None:
        self.stdout.write(f"{counted(find(of), 'changed row')} of “{of.alias}” found that nothing had announced.")

    def _preview(self, of: Connection, *, everything: bool) -> None:
        plans = list(planned(of))
        self.stdout.write(f"“{of.alias}”: {counted(len(plans), 'request')} would be sent.")
        for object_slug, counts in summary(plans).items():
            for name, found in counts.items():
                told = ", ".join(f"{slug} {number(count)}" for slug, count in found.items())
                self.stdout.write(f"  {object_slug} {name}  {told or 'none'}")
        for plan in plans if everything else ():
            self.stdout.write(f"  {plan.verb}  {plan.object} row {plan.row}  {', '.join(plan.slugs)}")
        unready = [plan for plan in plans if plan.unready]
        for plan in unready[:SHOWN]:
            told = f"  not ready  {plan.object} row {plan.row}  {', '.join(plan.unready)}"
            self.stdout.write(self.style.WARNING(told))

    def _report(self, of: Connection, done: Drained, *, everything: bool) -> None:
        shown = done.sent if everything else done.sent[:SHOWN]
        self._list(shown, self.style.SUCCESS("sent"))
        if len(shown) < len(done.sent):
            self.stdout.write(f"  … and {counted(len(done.sent) - len(shown), 'more entry', 'more entries')} sent.")
        self._list(done.refused, self.style.ERROR("refused"))
        self._list(done.in_doubt, self.style.WARNING("in doubt"))
        self._list(done.waiting, "waiting")
        style = self.style.SUCCESS if done.is_clean else self.style.ERROR
        self.stdout.write(
            style(
                f"“{of.alias}”: {len(done.sent)} sent, {len(done.refused)} refused, {len(done.in_doubt)} in doubt, "
                f"{len(done.waiting)} waiting."
            )
        )
        if done.obstacle:
            self.stdout.write(self.style.ERROR(f"  {done.obstacle}"))

    def _list(self, entries: Sequence[OutboxEntry], outcome: str) -> None:
        for entry in entries:
            text = f"  {outcome}  {entry.link.object} row {entry.link.object_id}"
            if slugs := ", ".join(slugs_of(entry)):
                text += f"  {slugs}"
            if message := entry.error.get("message"):
                text += f": {message}"
            self.stdout.write(text)
