"""A moment in the address of a page: `?as_of=2026-11-01` (the end of that day here) or a time to the second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.formats import date_format

AS_OF = "as_of"
EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Moment:
    """When, and how it stands in the address."""

    text: str
    when: datetime

    @classmethod
    def read(cls, text: str) -> Moment:
        """Raises ValueError with words for people."""
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return cls(text, _past_1970(_exact(text)))
        if day > timezone.localdate():
            raise ValueError("That day has not come yet.")
        morrow = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
        return cls(text, _past_1970(morrow - timedelta(microseconds=1)))

    @property
    def day(self) -> str:
        """As an input of dates takes it."""
        return timezone.localdate(self.when).isoformat()

    @property
    def query(self) -> str:
        """As an address carries it."""
        return urlencode({AS_OF: self.text})

    def __str__(self) -> str:
        if len(self.text) <= len("2026-11-01"):
            return f"the end of {date_format(timezone.localtime(self.when))}"
        return date_format(timezone.localtime(self.when), "DATETIME_FORMAT")


def _exact(text: str) -> datetime:
    try:
        when = datetime.fromisoformat(text.replace(" ", "+"))  # a plus nobody escaped arrives as a space
        return when if timezone.is_aware(when) else timezone.make_aware(when)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"“{text[:40]}” is no date. Write it like 2026-11-01.") from error


def _past_1970(when: datetime) -> datetime:
    if when < EARLIEST:
        raise ValueError("Nothing is known of days before 1970.")
    return when
