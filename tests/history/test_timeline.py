"""The timeline of an attribute: what, from when, until when, by whom, and since when we know."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.utils import timezone

from attio_mirror import mirrors
from attio_mirror.models import Company, Deal, Option
from attio_mirror.sync.history import audit
from attio_mirror.testing import Attio
from tests.host.models import Author

from .kit import read, rewrite


@pytest.fixture
def moved(attio: Attio, deal: Deal, one_clock: None) -> Deal:
    """A deal that Ben and Chloé moved, a day apart."""
    for by, stage in (("Ben", "In Progress"), ("Chloé", "Won 🎉")):
        attio.world.clock.advance(days=1)
        attio.edit(deal, by=by, stage=stage)
        attio.pull(deal)
    read(attio)
    return deal


def test_it_tells_what_and_who_and_when(attio: Attio, moved: Deal) -> None:
    spans = moved.timeline("stage")
    assert [span.value for span in spans] == [attio.stage(title) for title in ("Lead", "In Progress", "Won 🎉")]
    assert [span.member and span.member.first_name for span in spans] == [None, "Ben", "Chloé"]
    assert spans[0].actor.type == "api-token"
    assert [span.active_until for span in spans] == [*(span.active_from for span in spans[1:]), None]
    assert all(span.learned_at >= span.active_from for span in spans)
    assert {span.learned_from for span in spans} <= {"push", "pull", "history"}


def test_a_title_is_told_as_it_was_then(attio: Attio, moved: Deal) -> None:
    Option.objects.filter(title="Lead").update(title="Prospect")
    first = moved.timeline("stage")[0]
    assert (first.text, first.value.title) == ("Lead", "Prospect")


def test_plain_values_are_as_the_field_holds_them(attio: Attio, moved: Deal) -> None:
    attio.edit(moved, value="12.5")
    attio.pull(moved)
    assert [span.value for span in moved.timeline("value")] == [Decimal("12.5")]


def test_references_lead_to_rows(attio: Attio, moved: Deal) -> None:
    acme = Company.objects.create(name="Acme", domains=["acme.example"])
    moved.associated_company = acme
    moved.save(update_fields=["associated_company"])
    attio.drain()
    [span] = moved.timeline("associated_company")
    assert span.value == acme


def test_several_values_each_have_their_own_time(attio: Attio, one_clock: None) -> None:
    acme = Company.objects.create(name="Acme", domains=["one.example", "two.example"])
    attio.drain()
    attio.world.clock.advance(days=1)
    attio.edit(acme, domains=["two.example", "three.example"])
    attio.pull(acme)
    spans = {span.value: (span.active_from, span.active_until) for span in acme.timeline("domains")}
    assert spans["one.example"][1] is not None
    assert spans["two.example"][1] is None
    assert spans["three.example"][0] > spans["two.example"][0]


def test_what_we_once_believed_can_be_shown_and_asked_for(attio: Attio, moved: Deal) -> None:
    before = timezone.now()
    attio.world.clock.advance(days=1)
    rewrite(attio, moved, "stage", ("Lost", "01-01", None))
    audit(attio.connection)
    read(attio)
    assert [span.text for span in moved.timeline("stage")] == ["Lost"]
    assert [span.text for span in moved.timeline("stage", believed_at=before)] == ["Lead", "In Progress", "Won 🎉"]
    everything = moved.timeline("stage", everything=True)
    assert {span.text for span in everything if span.superseded_at} == {"Lead", "In Progress", "Won 🎉"}


def test_an_end_we_had_not_heard_of_was_none(attio: Attio, deal: Deal, one_clock: None) -> None:
    attio.world.clock.advance(days=1)
    attio.edit(deal, stage="Lost")
    attio.world.clock.advance(days=1)
    before = timezone.now()
    attio.world.clock.advance(days=1)
    attio.pull(deal)
    assert [span.active_until for span in deal.timeline("stage", believed_at=before)] == [None]
    in_between = before - timedelta(hours=1)
    assert [one.stage and one.stage.title for one in Deal.objects.as_of(in_between)] == ["Lost"]
    assert [one.stage and one.stage.title for one in Deal.objects.as_of(in_between, believed_at=before)] == ["Lead"]


def test_fields_and_slugs_both_name_an_attribute(attio: Attio, moved: Deal) -> None:
    assert mirrors.timeline(moved, "other_attribute") == []
    company = Company.objects.create(name="Acme")
    with pytest.raises(LookupError):
        mirrors.timeline(attio.connection, "alias")
    assert mirrors.timeline(company, "name") == []
    assert [type(one) for one in mirrors.as_of(Deal, timezone.now())] == [Deal]


def test_a_row_without_a_record_has_no_timeline(attio: Attio) -> None:
    deal = Deal.objects.create(name="New", stage=attio.stage("Lead"), owner=attio.member("Ada"))
    assert deal.timeline("stage") == []
    assert Deal(name="Nowhere").timeline("stage") == []


def test_a_field_no_mirror_binds_is_named(attio: Attio) -> None:
    with pytest.raises(FieldDoesNotExist, match="shelf"):
        mirrors.timeline(Author(name="Ann"), "shelf")
