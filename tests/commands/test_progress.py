"""The progress bar: one line that renews itself in a terminal, now and then a line elsewhere."""

from __future__ import annotations

from io import StringIO

from django.core.management.base import OutputWrapper

from attio_mirror.management.progress import CLEAR, Bar, line


class Terminal(StringIO):
    def isatty(self):
        return True


class Time:
    """A clock in hand."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def progress(stream, time, expected=0):
    return Bar(OutputWrapper(stream), "deals", expected, clock=time)


def test_without_a_guess_there_are_only_counts():
    assert line("deals", 1500, 0, 3.0) == "deals        1\u00a0500  500/s  0:03"


def test_with_a_guess_there_is_a_bar_and_an_eta():
    said = line("deals", 500, 1000, 5.0)
    assert said == f"deals        [{'█' * 12}{'░' * 12}] 500 of about 1\u00a0000  100/s  0:05  ETA 0:05"


def test_more_than_guessed_is_no_trouble():
    said = line("deals", 1500, 1000, 5.0)
    assert "█" * 24 in said
    assert "ETA" not in said


def test_at_the_very_start_nothing_is_divided_by_zero():
    assert line("deals", 0, 1000, 0.0).endswith("0/s  0:00")


def test_a_terminal_shows_one_line_that_renews_itself():
    out, time = Terminal(), Time()
    shown = progress(out, time, 1000)
    for time.now in (0.5, 0.51, 1.0):
        shown.show(int(500 * time.now))
    assert out.getvalue().count(CLEAR) == 2
    assert "\n" not in out.getvalue()
    shown.end(1000, "done")
    assert out.getvalue().splitlines()[-1].endswith("deals        1\u00a0000 records in 0:01, 1\u00a0000/s: done")


def test_a_terminal_shows_something_at_once():
    out = Terminal()
    progress(out, Time()).show(0)
    assert "deals" in out.getvalue()


def test_a_log_gets_a_line_now_and_then():
    out, time = StringIO(), Time()
    shown = progress(out, time)
    for time.now in range(12):
        shown.show(int(time.now) * 100)
    shown.end(1100, "done")
    lines = out.getvalue().splitlines()
    assert len(lines) == 3
    assert CLEAR not in out.getvalue()


def test_what_took_no_time_has_no_rate():
    out = StringIO()
    progress(out, Time()).end(3, "done")
    assert out.getvalue() == "deals        3 records in 0:00: done\n"
