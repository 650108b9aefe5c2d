"""`manage.py attio_status`: how the mirror is. Exit code 0 means healthy."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from attio_mirror.management.words import duration, number
from attio_mirror.models import ConnectionState, OutboxState, WebhookState
from attio_mirror.sync.losses import DAYS
from attio_mirror.sync.status import Status, statuses


class Command(BaseCommand):
    """Reads our own tables only: it answers when Attio does not."""

    help = "Say how the mirror is: connections, links, what waits. Exit code 1 when a person should look."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The switches of the command line."""
        parser.add_argument("--json", action="store_true", help="for a monitor")

    def handle(self, **options: Any) -> None:
        """Tell, then fail if something is not all right."""
        found = statuses()
        healthy = all(one.is_healthy for one in found)
        if options["json"]:
            body = {"healthy": healthy, "connections": [one.as_json() for one in found]}
            self.stdout.write(json.dumps(body, indent=2, ensure_ascii=False))
        else:
            for one in found:
                self._tell(one)
        if not healthy:
            problems = [f"{one.alias}: {problem}" for one in found for problem in one.problems]
            raise CommandError("\n".join(problems))
        if not found:
            self.stderr.write("No connection is configured. Add one to settings.ATTIO_MIRROR['CONNECTIONS'].")

    def _tell(self, one: Status) -> None:
        style = self.style.SUCCESS if one.is_healthy else self.style.ERROR
        named = f" ({one.workspace_name})" if one.workspace_name else ""
        held = " · paused" * one.is_paused + " · shadow" * one.is_shadow
        self.stdout.write(style(f"{one.alias}{named}: {ConnectionState(one.state).label}{held}"))
        for name, text in self._rows(one).items():
            if text:
                self.stdout.write(f"  {name:<11}{text}")

    def _rows(self, one: Status) -> dict[str, str]:
        counts = one.waiting.outbox.items()
        outbox = ", ".join(f"{number(count)} {OutboxState(state).label.lower()}" for state, count in counts if count)
        oldest = one.waiting.outbox_oldest_seconds
        inbox = f"{number(one.waiting.inbox)} waiting" + f", {number(one.inbox_failed)} failed" * bool(one.inbox_failed)
        inbox += f", {number(one.inbox_unknown)} with events we do not know" * bool(one.inbox_unknown)
        return {
            "settings": "" if one.is_configured else "no token for this alias",
            "missing": ", ".join(one.missing_scopes),
            "plan": "; ".join(map(str, one.plan_gates)),
            "error": one.error,
            "linked": ", ".join(f"{slug} {number(count)}" for slug, count in one.linked.items()) or "nothing yet",
            "outbox": (outbox or "empty") + (f", the oldest for {duration(oldest)}" if oldest is not None else ""),
            "inbox": inbox,
            "webhook": f"{WebhookState(one.webhook_state).label}: {one.webhook_url}" if one.webhook_state else "",
            "losses": _losses(one),
            "conflicts": f"{number(one.open_conflicts)} open" if one.open_conflicts else "",
            "batches": f"{number(one.held_batches)} waiting for approval" if one.held_batches else "",
            "last pull": f"{one.last_pull_at:%Y-%m-%d %H:%M %Z}" if one.last_pull_at else "never",
        }


def _losses(one: Status) -> str:
    """How much sweeps had to make up for in the last days."""
    found = sum(day["unannounced"] for day in one.losses.values())
    came = sum(day["deliveries"] for day in one.losses.values())
    if not found and not came:
        return ""
    return f"{number(found)} changes that nothing had announced, {number(came)} deliveries in {DAYS} days"
