"""Numbers, times and failures, in the words of all commands."""

from __future__ import annotations

import pytest
from django.core.management import CommandError

from attio_mirror.core.errors import NoAnswer, NotSent, RateLimited, Refused, Unauthorized, Unavailable, ValidationIssue
from attio_mirror.management.words import counted, duration, explained, number, reason
from attio_mirror.sync.connections import NotConfigured


def test_large_numbers_are_grouped():
    assert (number(7), number(1234567)) == ("7", "1\u00a0234\u00a0567")


def test_one_of_a_thing_is_singular():
    assert [counted(n, "entry", "entries") for n in (0, 1, 2)] == ["0 entries", "1 entry", "2 entries"]
    assert counted(2, "record") == "2 records"


@pytest.mark.parametrize(("seconds", "said"), [(7.9, "0:07"), (750, "12:30"), (3723, "1:02:03")])
def test_durations_read_like_a_clock(seconds, said):
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (Unauthorized("No."), "attio_connect"),
        (RateLimited("Slow down."), "in a minute"),
        (NotSent("No route.", method="GET", path="/v2/self"), "BASE_URL"),
        (NotSent("Another process is at it."), "^Another process is at it.$"),
        (NoAnswer("Silence."), "again"),
        (Unavailable("Oh."), "later"),
        (NotConfigured("Add it."), "Add it."),
    ],
)
def test_a_failure_says_what_to_do_next(error, advice):
    with pytest.raises(CommandError, match=advice), explained():
        raise error


def test_a_refusal_is_told_in_attios_words():
    with pytest.raises(CommandError) as caught, explained():
        raise Refused("Cannot find it.", status=404, code="not_found")
    assert str(caught.value) == "Attio: 404 not_found: Cannot find it."


def test_what_attio_says_of_each_value_is_told():
    with pytest.raises(CommandError, match=r"data\.target_url: Invalid url"), explained():
        raise Refused("No.", validation=(ValidationIssue("invalid", ("data", "target_url"), "Invalid url"),))


@pytest.mark.parametrize(
    ("complaint", "said"),
    [
        ("UNIQUE constraint failed: library_book.isbn", "UNIQUE constraint failed: library_book.isbn"),
        (
            'duplicate key violates unique constraint "book_isbn_key"\nDETAIL:  Key (isbn)=(978) already exists.',
            'duplicate key violates unique constraint "book_isbn_key"',
        ),
        ("(1062, \"Duplicate entry '978' for key 'isbn'\")", "(1062, \"Duplicate entry '…' for key '…'\")"),
    ],
)
def test_a_databases_complaint_is_told_without_the_values_in_it(complaint, said):
    assert reason(complaint) == said
