"""`manage.py attio_schema`: objects, lists, attributes, options and members, as Attio has them now."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from attio_mirror.conf import conf
from attio_mirror.management.words import counted, explained
from attio_mirror.models import Connection
from attio_mirror.sync.connections import connection
from attio_mirror.sync.fit import misfits
from attio_mirror.sync.provision import Unsuitable, provision_key
from attio_mirror.sync.schema import refresh
from attio_mirror.sync.schema_changes import changes, snapshot

SHOWN = 40
"""Changes listed one by one; the first refresh has hundreds."""


class Command(BaseCommand):
    """Refreshes the mirrored schema, or compares the declared mirrors with Attio."""

    help = (
        "Read Attio's schema into the tables. With --check, only compare the declared mirrors with it; "
        "with --provision-key, make the attribute that deals lack."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The switches of the command line."""
        parser.add_argument("alias", nargs="?", default="default", help="the key in ATTIO_MIRROR['CONNECTIONS']")
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--check", action="store_true", help="read nothing into the tables; fail where a mirror does not fit Attio"
        )
        what.add_argument(
            "--provision-key", action="store_true", help="have Attio hold a unique attribute for our keys of deals"
        )

    def handle(self, *, alias: str, check: bool, provision_key: bool, **options: Any) -> None:
        """Refresh, compare or provision."""
        with explained():
            of = connection(alias)
            if check:
                self._compare(of)
            elif provision_key:
                self._provision(of)
            else:
                self._refresh(of)

    def _provision(self, of: Connection) -> None:
        try:
            key = provision_key(of)
        except Unsuitable as problem:
            raise CommandError(str(problem)) from problem
        what = "made in Attio: a unique text attribute" if key.is_new else "there already, as it should be"
        self.stdout.write(self.style.SUCCESS(f"deals.{key.slug} is {what}."))
        if not conf().deal_key:
            self.stdout.write(f'Say ATTIO_MIRROR["DEAL_KEY"] = "{key.slug}" in the settings, and new deals use it.')

    def _refresh(self, of: Connection) -> None:
        before = snapshot(of)
        schema = refresh(of)
        parts = (
            counted(schema.objects, "object"),
            counted(schema.lists, "list"),
            counted(schema.attributes, "attribute"),
            counted(schema.options, "option"),
            counted(schema.members, "member"),
        )
        self.stdout.write(self.style.SUCCESS(f"Schema of “{of.alias}”: {', '.join(parts)}."))
        if not before:
            return
        changed = changes(before, snapshot(of))
        for change in changed[:SHOWN]:
            self.stdout.write(f"  {change}")
        if len(changed) > SHOWN:
            self.stdout.write(f"  … and {len(changed) - SHOWN} more.")
        if not changed:
            self.stdout.write("  Nothing changed.")

    def _compare(self, of: Connection) -> None:
        found = misfits(of)
        for misfit in found:
            self.stdout.write(self.style.ERROR(f"  {misfit}"))
        if found:
            raise CommandError(
                f"{counted(len(found), 'declaration')} not borne out by Attio. "
                "Change the mirror, or the attribute in Attio."
            )
        self.stdout.write(self.style.SUCCESS("Every mirror fits Attio."))
