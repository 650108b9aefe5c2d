"""What all commands say the same way: numbers, times, and what to do about a failure. Never a token, never a value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError

from attio_mirror.core.errors import AttioError, NoAnswer, NotSent, RateLimited, Unauthorized, Unavailable
from attio_mirror.sync.connections import NotConfigured

ADVICE: tuple[tuple[type[AttioError], str], ...] = (
    (Unauthorized, "Check the token and its scopes: manage.py attio_connect"),
    (RateLimited, "Attio asks for a pause. Run the command again in a minute; what was done stays done."),
    (NotSent, "Is BASE_URL right, and can this machine reach it? Then run the command again."),
    (NoAnswer, "Run the command again; what was done stays done."),
    (Unavailable, "Attio is in trouble. Run the command again later; what was done stays done."),
)
QUOTED = re.compile(r"'[^']*'")


@contextmanager
def explained() -> Iterator[None]:
    """Turn what can go wrong on the way to Attio into a CommandError that says what to do next."""
    try:
        yield
    except NotConfigured as problem:
        raise CommandError(str(problem)) from problem
    except AttioError as problem:
        raise CommandError(_told(problem)) from problem


def _told(problem: AttioError) -> str:
    """Attio's words, what it says of each value, and our advice; what we held back ourselves speaks for itself."""
    if isinstance(problem, NotSent) and not problem.method:
        return str(problem)
    details = [f"  {'.'.join(issue.path)}: {issue.message}" for issue in problem.validation]
    advice = next((advice for kind, advice in ADVICE if isinstance(problem, kind)), "")
    return "\n".join([f"Attio: {problem}", *details, advice]).rstrip()


def number(count: int) -> str:
    """1 234 567, with spaces no line breaks at."""
    return f"{count:,}".replace(",", "\N{NO-BREAK SPACE}")


def counted(count: int, singular: str, plural: str = "") -> str:
    """“1 record”, “2 records”."""
    return f"{number(count)} {singular if count == 1 else plural or singular + 's'}"


def duration(seconds: float) -> str:
    """0:07, 12:30, 1:02:03."""
    minutes, left = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def reason(database_error: str) -> str:
    """The first line of a database's complaint with quoted values left out: the rest of it repeats what a row holds."""
    first = database_error.strip().partition("\n")[0]
    return QUOTED.sub("'…'", first)
