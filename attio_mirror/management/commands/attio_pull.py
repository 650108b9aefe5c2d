"""`manage.py attio_pull`: all records of all mirrored objects, or of those that are named."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from attio_mirror.management.progress import Bar
from attio_mirror.management.words import counted, explained, number, reason
from attio_mirror.models import Connection, SweepState
from attio_mirror.sync import enumeration
from attio_mirror.sync.connections import connection
from attio_mirror.sync.history import import_history
from attio_mirror.sync.inbox import read_inbox
from attio_mirror.sync.match import Matching, Unmatchable, adopt_twins, match
from attio_mirror.sync.pull import mirror_of, pull_all
from attio_mirror.sync.sweep import Progress, accept

SHOWN = 20
"""Failures and unmatched rows listed one by one."""


class Command(BaseCommand):
    """Reads from Attio and reconciles; writes nothing to Attio."""

    help = "Read all records of the mirrored objects (or of those named) and reconcile them. Writes nothing to Attio."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The switches of the command line."""
        parser.add_argument(
            "objects", nargs="*", metavar="object", help="slugs of objects, such as deals; default: all"
        )
        parser.add_argument("--connection", default="default", metavar="ALIAS", help="the key in CONNECTIONS")
        parser.add_argument(
            "--match",
            metavar="SLUG",
            help="first link twins: rows without a record and records with the same value of this attribute",
        )
        parser.add_argument("--yes", action="store_true", help="with --match: do not ask before linking")
        parser.add_argument(
            "--accept-deletions",
            action="store_true",
            help="agree that as many records are gone as the brake said: the sweep it stopped goes on",
        )
        parser.add_argument(
            "--history", action="store_true", help="after the records, the versions of their values; resumable"
        )
        parser.add_argument(
            "--attributes", metavar="SLUG,…", help="with --history: only these; default: those declared with a history"
        )

    def handle(self, *, objects: list[str], match: str | None, yes: bool, history: bool, **options: Any) -> None:
        """Pull object by object; fail at the end if records could not be written."""
        with explained():
            of = connection(options["connection"])
            slugs = self._wanted(of, objects)
            if match:
                self._match(of, slugs, match, ask=not yes)
            self._deliveries(of)
            for slug in slugs if options["accept_deletions"] else ():
                self._accept(of, slug)
            failed = sum(self._pull(of, slug) for slug in slugs)
            for slug in slugs if history else ():
                self._history(of, slug, _listed(options["attributes"]))
        if failed:
            raise CommandError(
                f"{counted(failed, 'record')} could not be written. Mend what the database refuses, then pull again."
            )

    def _deliveries(self, of: Connection) -> None:
        """What was announced and has not been read, where no task cluster runs or it lags behind."""
        if read := read_inbox(of.pk):
            self.stdout.write(f"{counted(read, 'waiting delivery', 'waiting deliveries')} read.")

    def _wanted(self, of: Connection, named: Sequence[str]) -> list[str]:
        for slug in named:
            _known(slug)
        if enumeration.ensure_schema(of):
            self.stdout.write("There was no schema yet; it has been read.")
        slugs = enumeration.in_order(named) or enumeration.mirrored()
        missing = [slug for slug in slugs if not enumeration.is_enabled(of, slug)]
        if missing and named:
            raise CommandError(
                f"Attio does not list {', '.join(missing)}. Enable it in Attio's settings, then run attio_schema."
            )
        for slug in missing:
            self.stdout.write(
                self.style.WARNING(f"{slug:<12} skipped: Attio does not list it (it may be switched off).")
            )
        return [slug for slug in slugs if slug not in missing]

    def _accept(self, of: Connection, slug: str) -> None:
        sweep = accept(of, slug)
        if sweep is None:
            self.stdout.write(f"{slug:<12} the brake stopped nothing; this pull minds it as ever.")
        else:
            self.stdout.write(f"{slug:<12} agreed; each record that was not listed is asked for by its id.")

    def _pull(self, of: Connection, slug: str) -> int:
        """Pull one object; how many records failed."""
        shown = Bar(self.stdout, slug, enumeration.expected(of, slug))
        shown.show(0)
        done = pull_all(of, slug, tell=lambda progress: shown.show(progress.seen))
        shown.end(done.seen, self._outcome(done))
        if done.sweep is not None and done.sweep.state != SweepState.DONE:
            agree = f" To consent: manage.py attio_pull {slug} --accept-deletions" if done.braked else ""
            state, error = done.sweep.get_state_display(), done.sweep.error
            raise CommandError(f"{slug} was not read to the end. {state}. {error}{agree}")
        for record_id, complaint in list(done.report.failed.items())[:SHOWN]:
            self.stderr.write(self.style.ERROR(f"  record {record_id}: {reason(complaint)}"))
        if (more := len(done.report.failed) - SHOWN) > 0:
            self.stderr.write(f"  … and {more} more.")
        return len(done.report.failed)

    def _history(self, of: Connection, slug: str, attributes: Sequence[str] | None) -> None:
        """Import versions; what is interrupted goes on the next time, and in the background."""
        shown = Bar(self.stdout, f"{slug} history")
        try:
            done = import_history(of, slug, attributes, tell=lambda p: shown.show(p.total - p.left))
        except LookupError as problem:
            raise CommandError(str(problem.args[0])) from problem
        outcome = f"histories of {', '.join(done.attributes) or 'no attribute'}"
        if done.refusing:
            outcome += f"; Attio shows none of {', '.join(done.refusing)}"
        shown.end(done.total - done.left, outcome)
        if done.obstacle:
            raise CommandError(f"{number(done.left)} histories of {slug} are left. {done.obstacle}")

    def _outcome(self, done: Progress) -> str:
        report = done.report
        parts = [
            f"{number(len(report.created))} created",
            f"{number(len(report.updated))} updated",
            f"{number(report.unchanged)} unchanged",
        ]
        if done.sweep is not None and done.sweep.buried:
            parts.append(f"{number(done.sweep.buried)} gone from Attio")
        if report.failed:
            parts.append(self.style.ERROR(f"{number(len(report.failed))} failed"))
        return ", ".join(parts)

    def _match(self, of: Connection, slugs: Sequence[str], attribute: str, *, ask: bool) -> None:
        if len(slugs) != 1:
            raise CommandError("--match needs one object: manage.py attio_pull books --match isbn")
        try:
            found = match(of, slugs[0], attribute)
        except Unmatchable as problem:
            raise CommandError(str(problem)) from problem
        self._tell(found)
        if ask and found.unmatched_rows + found.unmatched_records + len(found.twins) and not self._agreed():
            raise CommandError("Nothing was written.")
        self.stdout.write(self.style.SUCCESS(f"{counted(adopt_twins(of, found), 'row')} linked."))

    def _tell(self, found: Matching) -> None:
        """What would become of whom, before anything is written."""
        self.stdout.write(f"By “{found.slug}”, {counted(len(found.twins), 'row')} and as many records are twins.")
        rows = {
            "have a value that several rows or records have": found.ambiguous_rows,
            "have no value that Attio could hold": found.valueless_rows,
            "have no twin in Attio; pushing would create their records": found.lonely_rows,
        }
        for what, pks in rows.items():
            if pks:
                listed = ", ".join(pks[:SHOWN]) + (", …" if len(pks) > SHOWN else "")
                self.stdout.write(self.style.WARNING(f"  {counted(len(pks), 'row')} {what}: {listed}"))
        for what, count in {
            "whose value several rows or records have": len(found.ambiguous_records),
            "without a twin here": len(found.lonely_records),
        }.items():
            if count:
                self.stdout.write(self.style.WARNING(f"  {counted(count, 'record')} {what}: the pull makes new rows."))

    def _agreed(self) -> bool:
        """A person's word; without a terminal to ask in there is none."""
        try:
            answer = input("Link the twins and pull? [y/N] ")
        except EOFError:
            return False
        return answer.strip().lower() in {"y", "yes"}


def _listed(slugs: str | None) -> list[str] | None:
    return None if slugs is None else [slug.strip() for slug in slugs.split(",") if slug.strip()]


def _known(slug: str) -> None:
    try:
        mirror_of(slug)
    except LookupError as problem:
        raise CommandError(str(problem.args[0])) from problem
