"""Whatever was read when: rows as of any moment, as believed at any other, are what a replay of the reads says."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attio_mirror.core.stamps import to_stamp
from attio_mirror.models import Attribute, AttributeValue, Deal, HistoryWish, Link, Option, Person
from attio_mirror.sync.history.asking import Answer
from attio_mirror.sync.history.learning import learn
from attio_mirror.testing import Attio

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
READ_FROM = LONG_AGO + timedelta(days=100)
"""Reads happen after all that they tell of."""

DAYS = st.integers(0, 12)
STAYS = st.lists(st.tuples(DAYS, st.integers(0, 3)), max_size=5, unique_by=lambda stay: stay[0]).map(sorted)
"""When a deal came to which stage; 3 stands for none."""
PRESENCES = st.lists(
    st.tuples(st.integers(0, 2), DAYS, st.none() | st.integers(1, 6)), max_size=5, unique_by=lambda one: one[:2]
)
"""Which person was there from when, for how many days."""
READS = st.lists(st.tuples(st.integers(0, 1), STAYS, PRESENCES), min_size=1, max_size=4)


@dataclass(frozen=True)
class Spell:
    """An element, and when it was true."""

    element: int
    since: int
    until: int | None

    def covers(self, day: float) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


def stays(given: list[tuple[int, int]]) -> list[Spell]:
    ends = [*(since for since, _ in given[1:]), None][: len(given)]
    return [Spell(stage, since, end) for (since, stage), end in zip(given, ends, strict=True) if stage < 3]


def presences(given: list[tuple[int, int, int | None]]) -> list[Spell]:
    return [Spell(who, since, None if length is None else since + length) for who, since, length in given]


@dataclass
class Told:
    """A read: when, of which deal and attribute, and what."""

    at: datetime
    name: tuple[int, str]
    spells: list[Spell]


@dataclass
class World:
    """Two deals, three stages, three people, and a clock in hand."""

    deals: list[Deal]
    stages: list[Option]
    people: list[Person]
    attributes: dict[str, Attribute]
    now: datetime = READ_FROM
    told: list[Told] = field(default_factory=list)

    def forget(self) -> None:
        AttributeValue.objects.all().delete()
        HistoryWish.objects.all().delete()
        Link.objects.update(backdated_to="")
        self.now, self.told = READ_FROM, []

    def reads(self, deal: int, slug: str, spells: list[Spell]) -> None:
        """A whole history comes in. Nothing where something was is not believed; that is tested elsewhere."""
        if not spells and any(one.name == (deal, slug) for one in self.told):
            return
        link = Link.objects.for_rows(Deal, [self.deals[deal].pk]).get()
        wish, _ = HistoryWish.objects.get_or_create(link=link, attribute=self.attributes[slug])
        self.now += timedelta(minutes=1)
        learn([Answer(wish, self.now - timedelta(seconds=1), [self._wire(slug, spell) for spell in spells])])
        self.told.append(Told(self.now, (deal, slug), spells))

    def replayed(self, moment: float, believed_at: datetime | None) -> dict[int, tuple[set[int], set[int]]]:
        """By deal, the stages and the people it had, after all reads there had been."""
        held = {
            one.name: [spell.element for spell in one.spells if spell.covers(moment)]
            for one in self.told
            if believed_at is None or one.at <= believed_at
        }
        return {
            row.pk: (
                {self.stages[one].pk for one in held.get((number, "stage"), ())},
                {self.people[one].pk for one in held.get((number, "associated_people"), ())},
            )
            for number, row in enumerate(self.deals)
        }

    def _wire(self, slug: str, spell: Spell) -> dict[str, Any]:
        wire: dict[str, Any] = {
            "active_from": to_stamp(day(spell.since)),
            "active_until": None if spell.until is None else to_stamp(day(spell.until)),
            "created_by_actor": {"type": "system", "id": None},
        }
        if slug == "stage":
            return {**wire, "status": {"title": "?", "id": {"status_id": self.stages[spell.element].option_id}}}
        target = Link.objects.for_rows(Person, [self.people[spell.element].pk]).get().record_id
        return {**wire, "target_object": "people", "target_record_id": target}


def day(number: float) -> datetime:
    return LONG_AGO + timedelta(days=number)


def linked(attio: Attio, slug: str, rows: list[Any]) -> list[Any]:
    """Rows with records, made without a word to Attio."""
    saved = type(rows[0]).objects.bulk_create(rows)
    for row in saved:
        Link.objects.create(
            connection=attio.connection,
            object=slug,
            record_id=f"00000000-0000-4000-8000-{row.pk:06}{len(slug):06}",
            content_type=ContentType.objects.get_for_model(row),
            object_id=str(row.pk),
            record_created_at=to_stamp(LONG_AGO - timedelta(days=1)),
        )
    return list(saved)


@pytest.fixture
def world(attio: Attio, monkeypatch: pytest.MonkeyPatch) -> World:
    known = Attribute.objects.filter(object__slug="deals", slug__in=["stage", "associated_people"])
    made = World(
        deals=linked(attio, "deals", [Deal(name=name) for name in "ab"]),
        stages=[attio.stage(title) for title in ("Lead", "In Progress", "Lost")],
        people=linked(attio, "people", [Person(full_name=name) for name in "xyz"]),
        attributes={one.slug: one for one in known},
    )

    class Held(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # a plain datetime is wanted
            return made.now

    monkeypatch.setattr(timezone, "datetime", Held)
    return made


@settings(
    max_examples=int(os.environ.get("CHAOS_EXAMPLES", "60")),
    deadline=None,
    derandomize="CHAOS_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(READS, st.floats(-1, 20), st.none() | st.integers(-1, 10))
def test_the_past_is_what_a_replay_of_the_reads_says(
    world: World, reads: list[Any], moment: float, back: int | None
) -> None:
    world.forget()
    for deal, came, were in reads:
        world.reads(deal, "stage", stays(came))
        world.reads(deal, "associated_people", presences(were))
    believed_at = None if back is None else world.now - timedelta(minutes=back)
    expected = world.replayed(moment, believed_at)
    if believed_at is not None:  # that a record was there is then known by its values only
        expected = {pk: values for pk, values in expected.items() if any(values)}

    past = Deal.objects.as_of(day(moment), believed_at)
    found = {row.pk: ({row.stage_id} - {None}, {one.pk for one in row.associated_people.all()}) for row in past}
    assert found == expected
    assert past.count() == len(expected)
    counts = {option.pk: number for option, number in past.counts("stage").items()}
    assert counts == Counter(pk for held, _ in expected.values() for pk in held)
    for option in world.stages:
        holders = {row.pk for row in past.where(stage=option)}
        assert holders == {pk for pk, (held, _) in expected.items() if option.pk in held}
