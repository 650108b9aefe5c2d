"""A pile of deals, and Ada who changes them all at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models

from attio_mirror.mirrors.registry import registry
from attio_mirror.models import Deal, PushBatch
from attio_mirror.sync.acting import acting
from attio_mirror.sync.batches import Undo, edit
from attio_mirror.sync.batches.carry import Carried
from attio_mirror.sync.frame import Frame
from attio_mirror.testing import Attio


def anybody(_: models.Model) -> bool:
    """May change every row."""
    return True


def pile(attio: Attio, n: int = 4, name: str = "Tea", **values: Any) -> list[Deal]:
    """Deals both sides agree on."""
    given = {"stage": attio.stage("Lead"), "owner": attio.member("Ada"), "value": 10, **values}
    deals = [Deal.objects.create(name=f"{name} {number}", **given) for number in range(n)]
    attio.drain()
    attio.gate.forget()
    return deals


def frame(attio: Attio, model: type[models.Model] = Deal) -> Frame:
    """Of a model's mirror."""
    mirror = registry.of_model(model)
    assert mirror is not None
    return Frame.of(attio.connection, mirror)


def move(attio: Attio, rows: Iterable[Deal], title: str = "Won 🎉", user: Any = None) -> Carried:
    """Set the stage of many deals."""
    with acting(user and user.pk):
        return edit(frame(attio), list(rows), "stage", attio.stage(title).option_id, anybody)


def undo(batch: PushBatch, user: Any = None) -> Carried:
    """Undo a batch."""
    with acting(user and user.pk):
        return Undo(batch, anybody).carry_out()


def braked(**limits: Any) -> dict[str, Any]:
    """Settings under which more than two rows wait."""
    return {**settings.ATTIO_MIRROR, "APPROVE_COUNT": 2, **limits}


def stages(rows: Iterable[Deal]) -> list[str]:
    """What the rows say."""
    return [str(Deal.objects.get(pk=row.pk).stage) for row in rows]


def there(attio: Attio, rows: Iterable[Deal]) -> list[str]:
    """What Attio says."""
    return [attio.record(row)["stage"] for row in rows]
