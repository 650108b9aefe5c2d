"""An attribute Attio shows no history of is asked once; no sweep, audit or opened page asks again."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, get_args, get_type_hints

import pytest

from attio_mirror.models import Attribute, Deal, HistoryWish, WishState
from attio_mirror.sandbox import Readings, faults
from attio_mirror.sync.history import audit_all, wanted
from attio_mirror.testing import Attio

from .kit import asked, read

LEFT_ALONE = ("query_limit_max", "async_merge_seconds", "system_attribute_edits", "list_attribute_id_key")
"""Numbers and sets, and what the mirrored schema of the test was read under."""


def turned() -> Readings:
    """What Attio's documents leave open, each the other way."""
    hints = get_type_hints(Readings)
    given: dict[str, Any] = {}
    for one in fields(Readings):
        if isinstance(one.default, bool):
            given[one.name] = not one.default
        elif one.name not in LEFT_ALONE and (others := [v for v in get_args(hints[one.name]) if v != one.default]):
            given[one.name] = others[0]
    return Readings(**given)


@pytest.fixture(params=[Readings(), turned()], ids=["likelier", "other"])
def refusing(attio: Attio, request: pytest.FixtureRequest) -> list[Deal]:
    """Three leads; Attio shows no history of the stage, which is declared with one."""
    for number in range(3):
        attio.create("deals", name=f"Deal {number}", stage="Lead", owner="ada@example.com")
    attio.pull_all()
    read(attio)
    attio.world.readings = request.param
    attio.world.objects.find("deals").attributes.find("stage").historic = False  # type: ignore[union-attr]  # a standard one
    attio.gate.forget()
    return list(Deal.objects.order_by("pk"))


def move_all(attio: Attio, deals: list[Deal], stage: str) -> None:
    attio.world.clock.advance(days=1)
    for deal in deals:
        attio.edit(deal, stage=stage)


def look_everywhere(attio: Attio, deals: list[Deal]) -> None:
    """A sweep, an audit, and somebody who opens each record."""
    attio.pull_all()
    audit_all()
    for deal in deals:
        wanted(attio.link(deal))
    read(attio)


def test_it_is_asked_once_however_often_it_changes(attio: Attio, refusing: list[Deal]) -> None:
    move_all(attio, refusing[:1], "In Progress")
    attio.pull_all()
    assert read(attio).refused == 1
    assert asked(attio).count("stage") == 1
    for stage in ("Lost", "Lead", "In Progress"):
        move_all(attio, refusing, stage)
        look_everywhere(attio, refusing)
    assert asked(attio).count("stage") == 1
    assert not HistoryWish.objects.waiting().filter(attribute__slug="stage").exists()
    assert {deal.stage.title for deal in Deal.objects.all() if deal.stage} == {"In Progress"}, (
        "rows follow all the same"
    )


def test_a_schema_that_is_read_again_forgets_no_refusal(attio: Attio, refusing: list[Deal]) -> None:
    move_all(attio, refusing[:1], "Lost")
    look_everywhere(attio, refusing)
    attio.refresh()
    attio.gate.forget()
    move_all(attio, refusing, "In Progress")
    look_everywhere(attio, refusing)
    assert "stage" not in asked(attio)


def test_what_waits_for_the_same_attribute_is_not_asked_any_more(attio: Attio, refusing: list[Deal]) -> None:
    """One answer speaks for all records, those of the same handful aside, which are out already."""
    move_all(attio, refusing, "Lost")
    attio.pull_all()
    read(attio)
    assert asked(attio).count("stage") == len(refusing)
    assert set(HistoryWish.objects.filter(attribute__slug="stage").values_list("state", flat=True)) <= {
        WishState.REFUSED, WishState.READ
    }  # fmt: skip


@pytest.mark.parametrize("code", ["validation_type", "not_allowed", "something_new"])
def test_whatever_code_the_400_has(attio: Attio, refusing: list[Deal], code: str) -> None:
    body = {"status_code": 400, "type": "invalid_request_error", "code": code, "message": "No history of this."}
    attio.gate.faults.add(faults.status(400, body), method="GET", path="/values$", times=1)
    move_all(attio, refusing[:1], "Lost")
    attio.pull_all()
    read(attio)
    assert Attribute.objects.get(object__slug="deals", slug="stage").refuses_history
    attio.gate.forget()
    move_all(attio, refusing[:1], "Lead")
    look_everywhere(attio, refusing)
    assert "stage" not in asked(attio)
