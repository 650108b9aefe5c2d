"""The history of a record, drawn: a lane per attribute that changed, a bar per version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from attio_mirror.admin.lanes import plot
from attio_mirror.models import Deal, Person
from attio_mirror.testing import Attio

from .desk import Desk

NOW = datetime(2026, 5, 11, tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    slug: str
    text: str
    began: datetime
    ended: datetime | None = None

    @property
    def label(self) -> str:
        return self.slug.capitalize()


def may(day: int) -> datetime:
    return datetime(2026, 5, day, tzinfo=UTC)


def test_bars_lie_where_their_time_was() -> None:
    drawn = plot([Told("stage", "Lead", may(1), may(6)), Told("stage", "Won", may(6))], NOW)
    assert drawn is not None
    [lane] = drawn.lanes
    assert [(bar.text, bar.x, bar.width, bar.y, bar.tone) for bar in lane.bars] == [
        ("Lead", "0.00%", "50.00%", "0", 0),
        ("Won", "50.00%", "50.00%", "0", 1),
    ]
    assert lane.bars[0].title == "Lead: May 1, 2026, midnight – May 6, 2026, midnight"
    assert lane.bars[1].title.endswith("– now")


def test_values_that_were_true_together_lie_below_each_other() -> None:
    drawn = plot(
        [Told("people", "Ann", may(1)), Told("people", "Bob", may(2), may(3)), Told("people", "Cy", may(4))], NOW
    )
    assert drawn is not None
    assert [bar.y for bar in drawn.lanes[0].bars] == ["0", "22", "22"]
    assert drawn.lanes[0].height == "44"


moments = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2026, 5, 11), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone


@given(st.lists(st.tuples(moments, st.none() | moments), min_size=1, max_size=8))
def test_no_bar_leaves_the_axis_or_vanishes(times: list[tuple[datetime, datetime | None]]) -> None:
    versions = [Told("a", "x", began, None if ended is None else max(began, ended)) for began, ended in times]
    drawn = plot(versions, NOW)
    assert drawn is not None
    for bar in drawn.lanes[0].bars:
        x, width = float(bar.x.rstrip("%")), float(bar.width.rstrip("%"))
        assert x >= 0
        assert width > 0.5
        assert x + width < 100.02


def test_nothing_is_drawn_of_nothing() -> None:
    assert plot([], NOW) is None


@override_settings(LANGUAGE_CODE="de", USE_THOUSAND_SEPARATOR=True)
def test_the_history_draws_what_changed_and_what_is_asked_for(attio: Attio, desk: Desk, deal: Deal) -> None:
    assert "attio-plot" not in desk.visit("attio_mirror_deal_attio_history", deal.pk)
    attio.edit(deal, stage="In Progress")
    attio.pull(deal)
    text = desk.visit("attio_mirror_deal_attio_history", deal.pk)
    assert text.count('class="attio-lane"') == 1
    assert text.count('class="attio-bar') == 2
    assert 'x="0.00%"' in text
    text = desk.visit("attio_mirror_deal_attio_history", deal.pk, attribute="name")
    assert text.count('class="attio-bar') == 1


def test_no_way_back_is_offered_to_what_still_is(attio: Attio, desk: Desk, deal: Deal) -> None:
    deal.associated_people.add(Person.objects.create(first_name="Ann", full_name="Ann"))
    attio.drain()
    text = desk.visit("attio_mirror_deal_attio_history", deal.pk, attribute="associated_people")
    assert "Show the record then" in text
    assert "Revert to this" not in text
    deal.associated_people.add(Person.objects.create(first_name="Bob", full_name="Bob"))
    attio.drain()
    assert "Revert to this" in desk.visit("attio_mirror_deal_attio_history", deal.pk, attribute="associated_people")
