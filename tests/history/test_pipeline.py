"""The pipeline as the ledger tells it: what the database counts is what a fold over the deals' lives counts."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from attio_mirror.core.history import place
from attio_mirror.core.pipeline import Books, Flow, conversions
from attio_mirror.core.values import key
from attio_mirror.models import AttributeValue, Deal, Option
from attio_mirror.models.past import Past
from attio_mirror.models.pipeline import Pipeline, Question
from attio_mirror.testing import Attio

TITLES = ("Lead", "In Progress", "Won 🎉", "Lost")
STEPS = 40
DAYS = 8
"""So many steps of 2 to 9 hours are about so many days: things happen at the edges, too, as hours are few."""


@dataclass
class Life:
    """What a test did to one deal."""

    record_id: str
    owner: str
    stays: list[tuple[int, datetime, datetime | None]] = field(default_factory=list)
    values: list[tuple[datetime, int]] = field(default_factory=list)

    def end(self, moment: datetime) -> None:
        stage, since, _ = self.stays.pop()
        if since < moment:
            self.stays.append((stage, since, moment))


@dataclass
class Story:
    """Random deals, made, moved, and deleted over there, and what they did."""

    attio: Attio
    dice: random.Random
    start: datetime
    lives: list[Life] = field(default_factory=list)

    def tell(self) -> None:
        alive: list[Life] = []
        for _ in range(STEPS):
            self.attio.world.clock.advance(hours=self.dice.choice((0, 1, 3, 6, 9)))
            what = self.dice.random()
            if len(alive) < 2 or what < 0.25:
                alive.append(self._make())
            elif what < 0.9:
                self._move(self.dice.choice(alive))
            else:
                self._bury(alive.pop(self.dice.randrange(len(alive))))
        self.attio.world.clock.advance(hours=1)

    def _make(self) -> Life:
        title, owner, value = self.dice.choice(TITLES), self.dice.choice(("ada", "ben")), self.dice.randrange(1, 99)
        record_id = self.attio.create("deals", name="Tea", stage=title, owner=f"{owner}@example.com", value=value)
        self.attio.pull_all()
        life, now = Life(record_id, owner), self._began(record_id)
        life.stays.append((spot(self.attio.stage(title)), now, None))
        life.values.append((now, value))
        self.lives.append(life)
        return life

    def _move(self, life: Life) -> None:
        current, _, _ = life.stays[-1]
        title = self.dice.choice([one for one in TITLES if spot(self.attio.stage(one)) != current])
        value = self.dice.randrange(1, 99)
        [deal] = Deal.objects.by_record_id(life.record_id)
        self.attio.edit(deal, stage=title, value=value)
        self.attio.pull(deal)
        now = self._began(life.record_id)
        life.end(now)
        life.stays.append((spot(self.attio.stage(title)), now, None))
        life.values.append((now, value))

    def _bury(self, life: Life) -> None:
        [deal] = Deal.objects.by_record_id(life.record_id)
        if self.dice.random() < 0.5:
            self.attio.delete(deal)
            self.attio.pull(deal)
            life.end(self.attio_link(life).record_gone_at)
        else:
            deal.delete()
            life.end(self.attio_link(life).row_gone_at)

    def _began(self, record_id: str) -> datetime:
        stages = AttributeValue.objects.believed().filter(link__record_id=record_id, attribute__slug="stage")
        return stages.latest("active_from").active_from

    def attio_link(self, life: Life) -> Any:
        from attio_mirror.models import Link

        return Link.objects.get(record_id=life.record_id)

    # -- by hand ---------------------------------------------------------------------------------------------------

    def stays(self, owner: str = "") -> list[tuple[Life, int, datetime, datetime | None, int | None]]:
        """Life, stage, since, until, next stage."""
        found = []
        for life in self.lives:
            began = {since: stage for stage, since, _ in life.stays}
            for stage, since, until in life.stays:
                if owner in ("", life.owner):
                    found.append((life, stage, since, until, began.get(until)))
        return found

    def flows(self, moments: list[datetime], owner: str = "") -> Counter[Flow]:
        found: Counter[Flow] = Counter()
        for _, stage, since, until, to in self.stays(owner):
            if since >= moments[-1] or (until is not None and until < moments[0]):
                continue
            is_over = until is not None and until < moments[-1]
            left = bisect_right(moments, until) if is_over else None
            found[Flow(stage, to if is_over else None, bisect_right(moments, since), left)] += 1
        return found


def spot(option: Option) -> int:
    return place(key(option.option_id))


@pytest.fixture(params=range(4))
def story(request: pytest.FixtureRequest, attio: Attio, one_clock: None) -> Story:
    told = Story(attio, random.Random(request.param), timezone.now().replace(minute=0, second=0, microsecond=0))
    told.tell()
    return told


def pipeline(story: Story, *conditions: Any) -> Pipeline:
    return Pipeline(Deal, story.attio.connection, conditions=conditions)


def edges(story: Story) -> list[datetime]:
    """Every eighteen hours, from a while after the beginning; one of them just when something happened."""
    inner = {story.start + timedelta(hours=18 * n) for n in range(1, DAYS)}
    began = sorted(since for _, _, since, _, _ in story.stays())
    return sorted({*inner, began[len(began) // 2], timezone.now()})


def the_flows_are_what_the_deals_did(story: Story) -> None:
    moments = edges(story)
    assert pipeline(story).flows(moments) == story.flows(moments)
    wide = [story.start - timedelta(days=9), timezone.now()]
    assert pipeline(story).flows(wide) == story.flows(wide)


def the_books_balance_and_are_what_the_past_says(story: Story) -> None:
    moments = edges(story)
    books = Books.of(pipeline(story).flows(moments), len(moments) - 1)
    for n, moment in enumerate(moments[1:]):
        counts = Deal.objects.as_of(moment - timedelta(microseconds=1)).counts("stage")
        for title in TITLES:
            line = books.account(spot(story.attio.stage(title))).lines()[n]
            assert line.start + line.entered - line.left == line.end
            assert line.end == counts.get(story.attio.stage(title), 0)
        assert books.whole.lines()[n].end == sum(counts.values())


def every_number_finds_its_rows(story: Story) -> None:
    moments = edges(story)
    flows = pipeline(story).flows(moments)
    books, went = Books.of(flows, len(moments) - 1), conversions(flows)
    whole = (moments[0], moments[-1])

    def found(**asked: Any) -> int:
        return sum(stays.count() for stays in pipeline(story).stays.asked(Question(**asked)))

    for stage, account in books.stages.items():
        mine = frozenset({stage})
        for n, line in enumerate(account.lines()):
            span = (moments[n], moments[n + 1])
            assert line.start == found(stages=mine, standing=span[0])
            assert line.end == found(stages=mine, standing=span[1])
            assert line.entered == found(stages=mine, entered=span)
            assert line.left == found(stages=mine, left=span)
    for n, line in enumerate(books.whole.lines()):
        span = (moments[n], moments[n + 1])
        assert line.entered == found(entered=span, is_first=True)
        assert line.left == found(left=span, is_last=True)
    for stage, one in went.items():
        asked = {"stages": frozenset({stage}), "entered": whole}
        assert one.still == found(**asked, standing=whole[1])
        for to, number in one.to.items():
            where = {"is_last": True} if to is None else {"to": frozenset({to})}
            assert number == found(**asked, left=whole, **where)


def times_are_those_of_the_deals(story: Story) -> None:
    since, until = edges(story)[0], edges(story)[-1]
    latest, together = pipeline(story).durations((since, until), timezone.now())
    spans: dict[tuple[str, int], list[tuple[datetime, datetime, bool]]] = {}
    for life, stage, began, ended, _ in story.stays():
        if since <= began < until:
            goes_on = ended is None or ended >= until
            spans.setdefault((life.record_id, stage), []).append((began, until if goes_on else ended, goes_on))
    for stage in {stage for _, stage in spans}:
        mine = [sorted(one) for (_, name), one in spans.items() if name == stage]
        assert latest[stage] == Counter((days(one[-1:]), one[-1][2]) for one in mine)
        assert together[stage] == Counter((days(one), one[-1][2]) for one in mine)
        asked = Question(stages=frozenset({stage}), entered=(since, until), is_latest=True)
        assert sum(stays.count() for stays in pipeline(story).stays.asked(asked)) == len(mine)


def days(spans: list[tuple[datetime, datetime, bool]]) -> int:
    """By the whole second, as the database counts."""
    return int(sum(until.timestamp() // 1 - since.timestamp() // 1 for since, until, _ in spans)) // 86400


def a_page_of_one_owner_is_of_his_deals(story: Story) -> None:
    moments = edges(story)
    for name in ("Ada", "Ben"):
        past = Past(Deal, timezone.now()).where(owner=story.attio.member(name))
        assert pipeline(story, *past.conditions).flows(moments) == story.flows(moments, name.lower())
        whole = pipeline(story)
        his = whole.where("owner", whole.places("owner", story.attio.member(name)))
        assert his.flows(moments) == story.flows(moments, name.lower())
    assert pipeline(story).where("owner", None).flows(moments) == {}


def by_owner_each_has_his_own(story: Story) -> None:
    span = edges(story)[0], edges(story)[-1]
    found = pipeline(story).flows_by("owner", span)
    by_hand = [story.flows(list(span), name) for name in ("ada", "ben")]
    assert sorted(map(repr_of, found.values())) == sorted(repr_of(one) for one in by_hand if one)
    money = pipeline(story).flows_by("currency_code", span)
    assert money == {"USD": story.flows(list(span))}


def repr_of(flows: Counter[Flow]) -> list[str]:
    return sorted(map(repr, flows.items()))


def values_are_those_of_then(story: Story) -> None:
    for moment in edges(story):
        wanted: dict[int, tuple[int, int, int]] = {}
        for life, stage, began, ended, _ in story.stays():
            if began < moment and (ended is None or ended >= moment):
                now = max(one for one in life.values if one[0] < moment)[1]
                before = next(value for since, value in life.values if since == began)
                number, total, was = wanted.get(stage, (0, 0, 0))
                wanted[stage] = (number + 1, total + now, was + before)
        found = pipeline(story).worth(moment)
        assert {
            stage: (one["USD"].number, int(one["USD"].now), int(one["USD"].before)) for stage, one in found.items()
        } == wanted


def what_was_won_was_worth_what_it_was_worth_then(story: Story) -> None:
    moments, won = edges(story), spot(story.attio.stage("Won 🎉"))
    wanted: Counter[tuple[int, str]] = Counter()
    for life, stage, began, _, _ in story.stays():
        if stage == won and moments[0] <= began < moments[-1]:
            value = next(value for since, value in life.values if since == began)
            wanted[bisect_right(moments, began), "USD"] += value
    assert pipeline(story).gained(frozenset({won}), moments) == {name: Decimal(n) for name, n in wanted.items()}


def the_questions_are_as_many_for_many_deals_as_for_few(story: Story) -> None:
    def asked(moments: list[datetime]) -> int:
        one = pipeline(story)
        with CaptureQueriesContext(database) as queries:
            one.flows(moments)
            one.flows_by("owner", moments)
            one.durations((moments[0], moments[-1]), timezone.now())
            one.worth(moments[-1])
        return len(queries)

    far = story.start - timedelta(days=900)
    assert asked(edges(story)) == asked([far, far + timedelta(days=1)]) == 8 + 3


LAWS = (
    the_flows_are_what_the_deals_did,
    the_books_balance_and_are_what_the_past_says,
    every_number_finds_its_rows,
    times_are_those_of_the_deals,
    a_page_of_one_owner_is_of_his_deals,
    by_owner_each_has_his_own,
    values_are_those_of_then,
    what_was_won_was_worth_what_it_was_worth_then,
    the_questions_are_as_many_for_many_deals_as_for_few,
)


def test_whatever_the_deals_did_the_pipeline_tells_it(story: Story) -> None:
    """To tell a story takes much longer than to look at it, and nobody changes it: all look at the same one."""
    for law in LAWS:
        law(story)


def test_what_a_record_did_after_its_row_was_deleted_is_no_part_of_it(attio: Attio, deal: Deal) -> None:
    link, gone = attio.link(deal), timezone.now()
    lead, since, until = spot(attio.stage("Lead")), gone - timedelta(days=4), gone + timedelta(days=2)
    moments = [since - timedelta(days=1), gone + timedelta(days=5)]
    deal.delete()
    type(link).objects.filter(pk=link.pk).update(row_gone_at=gone)
    [stay] = AttributeValue.objects.filter(link=link, attribute__slug="stage")
    AttributeValue.objects.filter(pk=stay.pk).update(active_from=since, active_until=until)
    stay.pk, stay.active_from, stay.active_until = None, until, None
    stay.save()
    one = Pipeline(Deal, attio.connection)
    assert one.flows(moments) == {Flow(lead, None, 1, 1): 1}
    asked = Question(entered=(moments[0], moments[1]), is_latest=True)
    assert [stays.count() for stays in one.stays.asked(asked)] == [0, 1]
    assert one.durations((moments[0], moments[1]), moments[1])[0] == {lead: {(4, False): 1}}
