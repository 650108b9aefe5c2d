"""The JSON of a body."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager

from ..core.errors import Json

LARGE = 100_000
"""Bytes from which on a body, a page of records mostly, makes enough objects for the garbage collector to matter."""


def parsed(body: bytes) -> Json:
    """The JSON of a body, or `None` where there is none: half a document, HTML, NaN, absurd nesting."""
    try:
        if len(body) < LARGE:
            return json.loads(body, parse_constant=_no_constant)
        with _uncollected():
            return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let the garbage collector rest: JSON holds no cycles, and a page that grows makes it look for some, in vain.

    It rests for the whole process, for some hundredths of a second. A host that has switched it off keeps it so.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is not JSON")
