"""Running a command and keeping what it said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from attio_mirror.testing import Attio


@dataclass(frozen=True)
class Said:
    """What a command said; `error` is what it failed with."""

    out: str
    err: str
    error: str

    @property
    def failed(self) -> bool:
        return bool(self.error)


Run = Callable[..., Said]


@pytest.fixture
def run() -> Run:
    """`run("attio_pull", "deals", match="name")`."""

    def run(command: str, *args: str, **options: Any) -> Said:
        out, err, error = StringIO(), StringIO(), ""
        try:
            call_command(command, *args, stdout=out, stderr=err, **options)
        except CommandError as problem:
            error = str(problem)
        return Said(out.getvalue(), err.getvalue(), error)

    return run


@pytest.fixture
def deals(attio: Attio) -> list[str]:
    """Three deals somebody made in Attio."""
    return [
        attio.create("deals", name=name, stage="Lead", owner="ada@example.com") for name in ("Tea", "Coffee", "Cocoa")
    ]
