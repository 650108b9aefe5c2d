"""`manage.py attio_inspect OBJECT`: a ready model and mirror for one of Attio's objects."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from attio_mirror.core.errors import NotFound
from attio_mirror.management.drafting import draft
from attio_mirror.management.words import explained
from attio_mirror.sync.connections import connection
from attio_mirror.sync.inspection import inspect


class Command(BaseCommand):
    """Prints Python and nothing else, so that it can be sent to a file."""

    help = "Print a Django model and a mirror for one of Attio's objects: the inspectdb of Attio."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The switches of the command line."""
        parser.add_argument("object", help="the slug of an object, such as deals")
        parser.add_argument("--connection", default="default", metavar="ALIAS", help="the key in CONNECTIONS")

    def handle(self, **options: Any) -> None:
        """Ask Attio, print the draft."""
        slug: str = options["object"]
        with explained():
            of = connection(options["connection"])
            try:
                about = inspect(of, slug)
            except NotFound as problem:
                raise CommandError(f"Attio has no object “{slug}”, or it is not enabled there.") from problem
        self.stdout.write(draft(about).rstrip())
