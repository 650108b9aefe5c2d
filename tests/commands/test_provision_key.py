"""attio_schema --provision-key: deals get a unique attribute, and creating one can be repeated."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.test import override_settings

from attio_mirror.mirrors.shipped import DealMirror
from attio_mirror.models import Attribute, Deal
from attio_mirror.sandbox import faults
from attio_mirror.testing import Attio
from tests.flows.test_found_by_the_machine import declared
from tests.host.bookshop import add_attribute

from .conftest import Run


def provision(run: Run) -> Any:
    return run("attio_schema", provision_key=True)


def make_deal(attio: Attio, **values: Any) -> Deal:
    return Deal.objects.create(name="Tea", stage=attio.stage("Lead"), owner=attio.member("Ada"), **values)


def test_the_attribute_is_made_once_and_named_both_times(attio: Attio, run: Run) -> None:
    first, second = provision(run), provision(run)
    assert "deals.django_id is made in Attio" in first.out
    assert "deals.django_id is there already" in second.out
    assert 'ATTIO_MIRROR["DEAL_KEY"] = "django_id"' in second.out
    assert len(attio.gate.writes()) == 1
    made = Attribute.objects.get(object__slug="deals", slug="django_id")
    assert (made.type, made.is_unique, made.is_multiselect, made.is_required) == ("text", True, False, False)


def test_settings_name_another_slug(attio: Attio, run: Run, settings: Any) -> None:
    settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, "DEAL_KEY": "shop_id"}
    said = provision(run)
    assert "deals.shop_id is made" in said.out
    assert "ATTIO_MIRROR" not in said.out
    assert Attribute.objects.filter(object__slug="deals", slug="shop_id").exists()


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"kind": "number"}, "does not hold a single text"),
        ({"kind": "text", "is_unique": False}, "need not be unique"),
    ],
)
def test_an_attribute_that_can_be_no_key_is_left_as_it_is(
    attio: Attio, run: Run, how: dict[str, Any], words: str
) -> None:
    add_attribute(attio, "deals", "django_id", **how)
    said = provision(run)
    assert words in said.error
    assert attio.gate.writes() == []


def test_an_archived_key_is_left_archived(attio: Attio, run: Run) -> None:
    provision(run)
    attio.ask("PATCH", "/v2/objects/deals/attributes/django_id", {"data": {"is_archived": True}})
    assert "archived" in provision(run).error


def test_a_token_that_may_not_is_told_so(attio: Attio, run: Run) -> None:
    attio.gate.faults.add(faults.status(403), method="POST", path="/attributes$")
    assert "token" in provision(run).error


def test_it_is_one_or_the_other(attio: Attio, run: Run) -> None:
    assert "not allowed with" in run("attio_schema", "--check", "--provision-key").error


def test_with_a_key_a_create_whose_answer_is_lost_is_repeated_at_once(attio: Attio, run: Run) -> None:
    provision(run)
    with declared(DealMirror, key="django_id"):
        deal = make_deal(attio)
        assert UUID(deal.other_values["django_id"])
        attio.gate.faults.add(faults.timeout_after, method="POST", path="/deals/records$")
        attio.drain()
    assert len(attio.records("deals")) == 1
    assert attio.record(deal)["django_id"] == deal.other_values["django_id"]
    assert {one.method for one in attio.gate.writes()[1:]} == {"POST"}


def test_a_key_somebody_gave_is_kept_and_a_saved_row_gets_none(attio: Attio) -> None:
    old = make_deal(attio)
    with declared(DealMirror, key="django_id"):
        given = make_deal(attio, other_values={"django_id": "mine", "plan": "Pro"})
        old.save()
    assert given.other_values == {"django_id": "mine", "plan": "Pro"}
    assert old.other_values == {}


def test_records_made_in_attio_get_no_key_from_us(attio: Attio, run: Run) -> None:
    provision(run)
    attio.create("deals", name="Tea", stage="Lead", owner="ada@example.com")
    with declared(DealMirror, key="django_id"):
        attio.pull_all()
        attio.gate.forget()
        attio.drain()
    assert Deal.objects.get().other_values.get("django_id") is None
    assert attio.gate.writes() == []


def test_the_shipped_mirror_takes_its_key_from_the_settings(settings: Any) -> None:
    from attio_mirror.mirrors.shipped import register_shipped

    with override_settings(ATTIO_MIRROR={**settings.ATTIO_MIRROR, "DEAL_KEY": "shop_id"}):
        register_shipped()
        assert DealMirror.options.key == "shop_id"
    register_shipped()
    assert DealMirror.options.key == ""
