"""`attio_pull --history`: the versions of values that were there before us."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from attio_mirror.models import AttributeValue
from attio_mirror.testing import Attio


def moved(attio: Attio) -> None:
    """A deal Ben made and moved before we looked."""
    record_id = attio.create("deals", name="Tea", stage="Lead", owner="ada@example.com", value=1)
    where = f"/v2/objects/deals/records/{record_id}"
    attio.ask("PATCH", where, {"data": {"values": {"stage": "In Progress", "value": 2}}}, by="Ben")


def versions(slug: str) -> int:
    return AttributeValue.objects.filter(attribute__slug=slug, superseded_at=None).count()


def test_stages_are_imported_without_being_named(attio: Attio) -> None:
    moved(attio)
    out = StringIO()
    call_command("attio_pull", "deals", history=True, stdout=out)
    assert (versions("stage"), versions("value")) == (2, 1)
    assert "1 record in" in out.getvalue()
    assert "histories of stage" in out.getvalue()


def test_the_attributes_named_are_imported(attio: Attio) -> None:
    moved(attio)
    call_command("attio_pull", "deals", history=True, attributes="stage, value", stdout=StringIO())
    assert (versions("stage"), versions("value")) == (2, 2)


def test_an_unknown_attribute_is_named(attio: Attio) -> None:
    moved(attio)
    with pytest.raises(CommandError, match="colour"):
        call_command("attio_pull", "deals", history=True, attributes="colour", stdout=StringIO())


def test_a_history_nobody_may_read_now_is_an_obstacle(attio: Attio) -> None:
    moved(attio)
    call_command("attio_pull", "deals", stdout=StringIO())
    attio.world.revoke_token(attio.connection.conf.token)
    with pytest.raises(CommandError):
        call_command("attio_pull", "deals", history=True, stdout=StringIO())
