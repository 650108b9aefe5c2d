"""Bodies: JSON that a database can hold, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from ..core.errors import Json


class StrictJSON(JSONParser):
    """No null characters, no half characters, no infinite numbers: columns of one database or another refuse them."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Json:
        """The body. Raises ParseError."""
        try:
            body = super().parse(stream, media_type, parser_context)
            for atom in _atoms(body):
                _inspect(atom)
        except RecursionError as error:
            raise ParseError("This is nested too deeply.") from error
        return body


def _atoms(value: Json) -> Iterator[Json]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _atoms(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _atoms(inner)
    else:
        yield value


def _inspect(atom: Json) -> None:
    if isinstance(atom, float) and not math.isfinite(atom):
        raise ParseError("Numbers have to be finite.")
    if not isinstance(atom, str):
        return
    if "\0" in atom:
        raise ParseError("Null characters are not allowed.")
    try:
        atom.encode()
    except UnicodeEncodeError as error:
        raise ParseError("Half a character (a lone surrogate) is no text.") from error
