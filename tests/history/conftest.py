"""A deal whose life we know: made as a lead, and moved by people in Attio."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

import pytest
from django.utils import timezone

from attio_mirror.models import Deal
from attio_mirror.testing import Attio


@pytest.fixture
def deal(attio: Attio) -> Deal:
    """A lead that Attio has, and both sides agree about."""
    made = Deal.objects.create(name="Tea", stage=attio.stage("Lead"), owner=attio.member("Ada"))
    attio.drain()
    attio.gate.forget()
    return made


@pytest.fixture
def one_clock(attio: Attio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Django's clock goes with Attio's: time that passes there passes here."""

    class There(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # a plain datetime is wanted
            return attio.world.clock.now().astimezone(tz or UTC)

    monkeypatch.setattr(timezone, "datetime", There)
