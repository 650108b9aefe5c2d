"""`manage.py attio_connect`: is the token good, whose workspace does it open, what may it not do?"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError
from django.urls import NoReverseMatch, reverse

from attio_mirror.management.words import counted, explained
from attio_mirror.models import Connection, ConnectionState, WebhookState
from attio_mirror.service import Identity
from attio_mirror.sync.connecting import NothingToAnnounce, Provisioned, look_after, provision
from attio_mirror.sync.connections import REQUIRED_SCOPES, check, connection, pause, resume
from attio_mirror.sync.gates import forget


class Command(BaseCommand):
    """Checks one connection, and on request has Attio announce changes to us."""

    help = "Check a connection: its token, its tenant, its scopes. With --webhook, subscribe to changes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The switches of the command line."""
        parser.add_argument("alias", nargs="?", default="default", help="the key in ATTIO_MIRROR['CONNECTIONS']")
        parser.add_argument(
            "--webhook",
            metavar="URL",
            help="where Attio should announce changes: our origin (https://crm.example.com) or the full address",
        )
        parser.add_argument(
            "--new-secret", action="store_true", help="with --webhook: replace the webhook, because its secret is lost"
        )
        parser.add_argument("--pause", action="store_true", help="the kill switch: send nothing and read nothing")
        parser.add_argument("--resume", action="store_true", help="end the pause and go on")

    def handle(self, *, alias: str, webhook: str | None, new_secret: bool, **options: Any) -> None:
        """Ask who we are, then see to the webhook."""
        if new_secret and not webhook:
            raise CommandError("--new-secret replaces a webhook: say which with --webhook URL.")
        with explained():
            of = connection(alias)
        if options["pause"]:
            pause(of)
            self.stdout.write(self.style.WARNING(f"Connection “{alias}” is paused: nothing is sent, nothing is read."))
            return
        if options["resume"]:
            resume(of)
        self._check(of)
        if webhook:
            self._provision(of, _address(webhook, alias), new_secret=new_secret)
        elif of.webhook_id:
            with explained():
                self._tell_webhook(of, look_after(of))
        if of.state == ConnectionState.LIMITED:
            raise CommandError("Add the missing scopes to the token in Attio, then run this again.")

    def _check(self, of: Connection) -> None:
        with explained():
            identity = check(of)
            forget(of)
        if ConnectionState(of.state).is_locked_out:
            raise CommandError(of.error)
        self._introduce(of, identity)

    def _provision(self, of: Connection, target_url: str, *, new_secret: bool) -> None:
        try:
            with explained():
                self._report(of, provision(of, target_url, new_secret=new_secret))
        except NothingToAnnounce as problem:
            raise CommandError(str(problem)) from problem

    def _introduce(self, of: Connection, identity: Identity) -> None:
        good = of.state == ConnectionState.ACTIVE
        style = self.style.SUCCESS if good else self.style.WARNING
        self.stdout.write(style(f"Connection “{of.alias}”: {of.get_state_display()}."))
        rows = {
            "workspace": f"{identity.workspace_name} ({identity.workspace_slug})",
            "our actor": of.actor_id,
            "base URL": of.conf.base_url,
        }
        for name, text in rows.items():
            self.stdout.write(f"  {name:<11}{text}")
        for scope in of.missing_scopes:
            needed = scope in REQUIRED_SCOPES
            note = self.style.ERROR("needed") if needed else "for editing attributes, for lists or for webhooks"
            self.stdout.write(f"  missing    {scope}  ({note})")

    def _tell_webhook(self, of: Connection, state: WebhookState) -> None:
        style = self.style.SUCCESS if state == WebhookState.ACTIVE else self.style.WARNING
        self.stdout.write(f"  webhook    {style(state.label)}: {of.webhook_url}")
        if state.is_deaf:
            self.stdout.write(
                f"             Make it anew: manage.py attio_connect {of.alias} --webhook {of.webhook_url}"
            )

    def _report(self, of: Connection, done: Provisioned) -> None:
        self.stdout.write(
            f"  webhook    {done.outcome}: {done.webhook.target_url}, {counted(len(done.objects), 'object')} "
            f"({', '.join(done.objects)})"
        )
        if done.outcome.shows_secret:
            self.stdout.write(self.style.WARNING("\nThe webhook's secret. Attio shows it only this once:\n"))
            self.stdout.write(f"  ATTIO_WEBHOOK_SECRET={done.webhook.secret}\n")
            self.stdout.write(
                "Put it into the environment of every process that runs your project, from where the settings read it\n"
                f"(ATTIO_MIRROR['CONNECTIONS']['{of.alias}']['WEBHOOK_SECRETS']), and restart. Until then deliveries\n"
                "are refused; Attio repeats them for about three days."
            )
        elif not of.conf.webhook_secrets:
            self.stdout.write(
                self.style.WARNING(
                    "  This process knows no secret of it, so deliveries are refused.\n"
                    "  Set ATTIO_WEBHOOK_SECRET, or, if the secret is lost, add --new-secret."
                )
            )


def _address(given: str, alias: str) -> str:
    """A full address as it is; to a bare origin our own path is added."""
    if urlsplit(given).path.strip("/"):
        return given
    try:
        return given.rstrip("/") + reverse("attio_mirror:webhook", args=[alias])
    except NoReverseMatch as problem:
        message = "The project's URLs do not include attio_mirror.urls; add them, or give the full address."
        raise CommandError(message) from problem
