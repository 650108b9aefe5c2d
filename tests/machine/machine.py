"""The machine: random schedules of people, workers, faults and crashes; and what must hold once all is quiet."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any, ClassVar
from urllib.parse import urlsplit

import requests
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from attio_mirror.core.errors import AttioError
from attio_mirror.core.merge import Policy
from attio_mirror.mirrors.mirror import WhenGone
from attio_mirror.mirrors.registry import registry
from attio_mirror.models import Conflict, Link, Resolution
from attio_mirror.sync.far import far_side
from attio_mirror.sync.find import find
from attio_mirror.sync.frame import Frame
from attio_mirror.sync.inbox import read_inbox
from attio_mirror.sync.pull import pull, pull_all
from attio_mirror.sync.push import pump
from attio_mirror.sync.push.pump import resolve_doubts
from attio_mirror.sync.push.recover import recover
from attio_mirror.sync.reconcile import reconcile
from attio_mirror.sync.welcome import welcome

from . import actions, audit, quiet
from .account import Side
from .actions import (
    Clash,
    Create,
    Delete,
    Edit,
    Interrupted,
    Late,
    Layout,
    Merge,
    News,
    Pause,
    Reshape,
    Trouble,
    Verdict,
    Work,
)
from .beginning import Beginnings
from .clock import Time
from .evidence import Evidence
from .facets import FACETS
from .meddling import MeddledAdapter, Meddler
from .pool import OneByOne
from .scene import declared, mounted


class MirrorMachine(RuleBasedStateMachine):
    """Ada edits in Django, Ben in Attio, workers come and go, and nothing may be lost."""

    policy: ClassVar[Policy] = Policy.HOLD
    beginnings: ClassVar[Beginnings]
    schedule: ClassVar[list[Any]] = []
    """What the last run did: how the scene was laid out, then actions and interrupted works."""

    @initialize(layout=actions.layouts)
    def lay_out(self, layout: Layout) -> None:
        self.schedule[:] = [layout]
        self.hands, self.mail = self.beginnings.again(layout.ahead)
        self.hands.take_up(layout)
        self.scene, self.account = self.hands.scene, self.hands.account
        self.scene.world.readings = layout.readings
        self.meddler = Meddler(self.act)
        self.level = 0
        self.last_read: list[dict[str, int]] = [{}, {}]
        self.deletes = layout.on_delete == WhenGone.DELETE
        self.stack = ExitStack()
        OneByOne.eager = layout.eager
        self.stack.enter_context(mounted(MeddledAdapter(self.scene.gate, self.meddler, self.watch)))
        options = {"on_delete": layout.on_delete, "on_remote_delete": layout.on_remote_delete, "writes": layout.writes}
        self.stack.enter_context(declared(on_conflict=self.policy, **options))

    # -- what happens ----------------------------------------------------------------------------------------------

    @rule(edit=actions.edits)
    def someone_edits(self, edit: Edit) -> None:
        self.step(edit)

    @rule(clash=actions.clashes)
    def both_edit(self, clash: Clash) -> None:
        self.step(clash)

    @rule(work=actions.work)
    def someone_works(self, work: Work) -> None:
        self.step(work)

    @rule(interrupted=actions.interrupted)
    def someone_works_and_is_interrupted(self, interrupted: Interrupted) -> None:
        self.step(interrupted)

    @rule(late=actions.lates)
    def an_answer_comes_late(self, late: Late) -> None:
        self.step(late)

    @rule(what=actions.births_and_deaths)
    def someone_comes_or_goes(self, what: Create | Delete | Merge | Reshape) -> None:
        self.step(what)

    @rule(what=actions.circumstances)
    def something_else_happens(self, what: Trouble | News | Pause | Verdict) -> None:
        self.step(what)

    def step(self, what: Any) -> None:
        """Carry out one step of the schedule."""
        self.schedule.append(what)
        self.act(what)

    def act(self, what: Any) -> None:  # noqa: C901  # one case for each kind of step
        """Carry out one action; also called in the middle of another."""
        self.level += 1
        try:
            match what:
                case Edit():
                    self.hands.edit(what)
                case Clash():
                    self.hands.edit(Edit(Side.THERE, what.facet, what.which, what.there))
                    self.hands.edit(Edit(Side.HERE, what.facet, what.which, what.here))
                case Create():
                    self.hands.create(what)
                case Delete():
                    self.hands.delete(what)
                case Merge():
                    self.hands.merge(what)
                case Reshape():
                    self.scene.reshape(what.shape, what.which, self.account.tick())
                case News():
                    self.mail.meet(what.fate, what.which, self.scene.connection)
                case Work():
                    self._work(what)
                case Interrupted():
                    with self.meddler.during(what.interruptions):
                        self._work(what.work)
                case Late():
                    self._late(what)
                case Trouble():
                    self.scene.gate.faults.add(what.fault, path=what.path, times=what.times)
                case Pause():
                    self.scene.time.pass_by(what.seconds)
                case Verdict():
                    self._decide(what.resolution)
        finally:
            self.level -= 1

    def _work(self, work: Work) -> None:
        of = self.scene.connection
        of.refresh_from_db()
        slug = work.object or self.hands.object
        self.last_read[self.level - 1] = {}
        try:
            match work.name:
                case "pump":
                    pump(of.pk)
                case "recover":
                    recover(of.pk)
                case "doubts":
                    resolve_doubts(of.pk)
                case "find":
                    find(of)
                case "pull":
                    linked = Link.objects.filter(object=slug).exclude(record_id=None)
                    pull(of, slug, [str(one) for one in linked.values_list("record_id", flat=True)])
                case "sweep":
                    pull_all(of, slug)
                case "inbox":
                    read_inbox(of.pk)
        except AttioError:
            pass  # the task failed; another comes

    def _late(self, late: Late) -> None:
        """Read now, apply later."""
        slug = late.object or self.hands.object
        mirror = registry.of_object(slug)
        assert mirror is not None
        frame = Frame.of(self.scene.connection, mirror)
        try:
            seen = far_side(frame).read(list(self.scene.records(slug)))
        except AttioError:
            seen = []
        for action in late.meanwhile:
            self.act(action)
        with suppress(AttioError):  # what it brings anew may have to be asked about; else another read comes
            reconcile(*welcome(frame, seen), source="pull")

    def _decide(self, resolution: Resolution) -> None:
        conflict = Conflict.objects.filter(resolved_at=None).order_by("pk").first()
        if conflict is not None:
            audit.decide(self.account, conflict, resolution, self.hands)

    # -- what is asked of Attio ------------------------------------------------------------------------------------

    def watch(self, request: requests.PreparedRequest) -> Callable[[requests.Response | None], None]:
        """Keep account of what our requests have read and overwritten."""
        path = str(urlsplit(request.url or "").path).split("/")
        method, level = request.method, min(self.level, 2) - 1
        if path[-1] == "query":
            return lambda response: self._has_read(response, self.last_read[level])
        if method == "GET":
            return lambda _: None
        slug = path[3]
        if method in ("PATCH", "PUT") and path[-1] != "records":
            assert path[-1] in self.last_read[level], f"{method} {path[-1]} without looking first"
        before = self.scene.records(slug)
        return lambda _: self._has_written(slug, before, self.last_read[level])

    def _has_read(self, response: requests.Response | None, read: dict[str, int]) -> None:
        if response is not None and response.status_code == 200:
            try:
                found = json.loads(response.content)["data"]
            except ValueError:
                return
            read.update({one["id"]["record_id"]: self.account.n for one in found})

    def _has_written(self, slug: str, before: dict[str, Any], read: dict[str, int]) -> None:
        after = self.scene.records(slug)
        for record_id in before.keys() & after.keys():
            for facet in (facet for facet in FACETS.values() if facet.object == slug):
                was, now = (facet.there(values[record_id].get(facet.slug, ())) for values in (before, after))
                subject, since = f"record {record_id}", read.get(record_id, 0)
                if facet.multi:
                    for element in set(was) ^ set(now):
                        self.account.pushed_aside(subject, facet.slug, element, since)
                elif was != now:
                    self.account.overwritten(subject, facet.slug, was[0] if was else None, since)

    # -- the end ---------------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        if not hasattr(self, "stack"):
            return
        with self.stack:
            if sys.exc_info()[0] is None:
                self.hold_to_account()

    def hold_to_account(self) -> None:
        self.level = 1
        quiet.come_to_rest(self.scene)
        self.last_read[0] = {}
        quiet.nothing_left_to_do(self.scene, self.meddler)
        quiet.refusals_have_reasons()
        evidence = Evidence.gathered()
        quiet.both_sides_agree(self.scene, evidence)
        hands = self.hands
        quiet.each_has_its_twin(self.scene, hands.made_here, hands.made_there, hands.deleted, deletes=self.deletes)
        audit.nothing_is_lost(self.scene, self.account, self.policy, evidence)


def of_policy(policy: Policy, time: Time) -> type[MirrorMachine]:
    """The machine under one policy."""
    return type(
        f"MirrorMachine_{policy}", (MirrorMachine,), {"policy": policy, "beginnings": Beginnings(time), "schedule": []}
    )
