"""Moments between two steps of the engine, made long enough for somebody to do something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from attio_mirror.sync.push import outcome


def while_out(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Do something once, when a request has failed and before anybody has written that down."""
    note, acts = outcome.take_note, [act]

    def act_and_note(*args: Any) -> None:
        if acts:
            acts.pop()()
        note(*args)

    monkeypatch.setattr(outcome, "take_note", act_and_note)
