"""What may be asked in an address: each parameter says its name, its JSON schema, what it is for, and how it is read.

A parameter nobody declared is refused: a misspelled filter that is passed over returns everything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from rest_framework.exceptions import ValidationError

from ..core.errors import Json

LARGEST = 2**63 - 1
_UNESCAPED_PLUS = re.compile(r" (?=\d\d:?\d\d$)")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One name in the query of an address."""

    name: str
    about: str
    schema: Mapping[str, Json]
    read: Callable[[str], Any]
    """Text to value. Raises ValueError with a message for people."""
    many: bool = False
    """Whether it may be given several times, for any of these."""


def read_query(given: QueryDict, declared: Iterable[Parameter]) -> dict[str, Any]:
    """The parameters that were given, read. Raises ValidationError for what is unknown, repeated or unreadable."""
    known = {parameter.name: parameter for parameter in declared}
    found: dict[str, Any] = {}
    complaints: dict[str, list[str]] = {}
    for name, texts in given.lists():
        parameter = known.get(name)
        try:
            found[name] = _read(parameter, texts)
        except ValueError as error:
            complaints[name] = [str(error)]
    if complaints:
        raise ValidationError(complaints)
    return found


def _read(parameter: Parameter | None, texts: list[str]) -> Any:
    if parameter is None:
        raise ValueError("There is no such parameter here.")
    if any("\0" in text for text in texts):
        raise ValueError("Null characters are not allowed.")
    if parameter.many:
        return [parameter.read(text) for text in texts]
    if len(texts) > 1:
        raise ValueError("Give it once.")
    return parameter.read(texts[0])


# -- kinds of values --------------------------------------------------------------------------------------------------


def whole(text: str) -> int:
    """A number of a row."""
    if not re.fullmatch(r"[0-9]{1,19}", text) or int(text) > LARGEST:
        raise ValueError("A whole number is expected.")
    return int(text)


def amount(text: str) -> Decimal:
    """An amount of money."""
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise ValueError("A decimal number is expected.") from error
    if not found.is_finite() or abs(found) >= Decimal(10) ** 20:
        raise ValueError("A decimal number of at most 20 digits is expected.")
    return found


def yes_or_no(text: str) -> bool:
    """A truth."""
    if text not in ("true", "false"):
        raise ValueError("true or false is expected.")
    return text == "true"


def moment(text: str) -> datetime:
    """A moment; one without an offset could mean several. A plus that came as a space is still a plus."""
    try:
        found = parse_datetime(_UNESCAPED_PLUS.sub("+", text) if "T" in text else text)
    except (ValueError, OverflowError):
        found = None
    if found is None or not is_aware(found):
        raise ValueError("A time with its offset is expected, like 2026-03-01T00:00:00Z.")
    try:
        return found.astimezone(UTC)  # databases know fewer offsets than people write
    except (ValueError, OverflowError) as error:
        raise ValueError("No such time can be told in UTC.") from error


def plain(text: str) -> str:
    """Any text but none."""
    if not text:
        raise ValueError("Something is expected.")
    return text


def one_of(*choices: str) -> Callable[[str], str]:
    """One of a few words."""

    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(f"One of {', '.join(choices)} is expected.")
        return text

    return read


# -- kinds of parameters ----------------------------------------------------------------------------------------------


def of_numbers(name: str, about: str) -> Parameter:
    """Rows by primary key; given several times, any of them."""
    return Parameter(name, about, {"type": "integer", "minimum": 0, "maximum": LARGEST}, whole, many=True)


def of_truth(name: str, about: str) -> Parameter:
    """True or false."""
    return Parameter(name, about, {"type": "boolean"}, yes_or_no)


def of_amount(name: str, about: str) -> Parameter:
    """A decimal number."""
    return Parameter(name, about, {"type": "string", "pattern": r"^-?[0-9]{1,20}(\.[0-9]{1,4})?$"}, amount)


def of_text(name: str, about: str) -> Parameter:
    """Any text but none."""
    return Parameter(name, about, {"type": "string", "minLength": 1, "pattern": r"^[^\u0000]+$"}, plain)


def of_choice(name: str, about: str, choices: Iterable[str], *, many: bool = False) -> Parameter:
    """One of a few words, or any of those given."""
    words = list(choices)
    return Parameter(name, about, {"type": "string", "enum": words}, one_of(*words), many=many)


def of_moment(name: str, about: str) -> Parameter:
    """A time with its offset."""
    return Parameter(name, about, {"type": "string", "format": "date-time"}, moment)


AS_OF = of_moment("as_of", "As it was at this moment, by what is believed now (or was believed at `believed_at`).")
BELIEVED_AT = of_moment("believed_at", "With `as_of`: by what was believed at this moment.")
