"""The machine: random schedules of people, workers, faults and crashes; and what must hold once all is quiet."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, ClassVar

import requests
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from attio_mirror.core.errors import AttioError
from attio_mirror.core.merge import Policy
from attio_mirror.mirrors.mirror import WhenGone
from attio_mirror.mirrors.registry import registry
from attio_mirror.models import Conflict, Link, Resolution
from attio_mirror.sync.care import follow_schema
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

from . import actions, audit, crossing, quiet
from .account import Account, Side
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
    NextDoor,
    Pause,
    Reshape,
    Trouble,
    Verdict,
    Work,
)
from .beginning import Beginnings
from .clock import Time
from .doors import HOME, other_than
from .evidence import Evidence
from .hands import Hands
from .meddling import MeddledAdapter, Meddler, Watch
from .pool import OneByOne
from .scene import Scene, declared, mounted
from .tenants import Tenant


class MirrorMachine(RuleBasedStateMachine):
    """Ada edits in Django, Ben in Attio, workers come and go, and nothing may be lost."""

    policy: ClassVar[Policy] = Policy.HOLD
    beginnings: ClassVar[Beginnings]
    schedule: ClassVar[list[Any]] = []
    """What the last run did: how the scene was laid out, then actions and interrupted works."""

    @initialize(layout=actions.layouts)
    def lay_out(self, layout: Layout) -> None:
        self.schedule[:] = [layout]
        self.tenants = self.beginnings.again(layout.ahead, next_door=layout.next_door)
        self.tenant = self.tenants[HOME]
        self.meddler = Meddler(self.act)
        self.level = 0
        self.deletes = layout.on_delete == WhenGone.DELETE
        self.stack = ExitStack()
        OneByOne.eager = layout.eager
        self.stack.enter_context(self.meddler.before_turns())
        for alias, tenant in self.tenants.items():
            tenant.hands.take_up(layout)
            tenant.scene.world.readings = layout.readings
            adapter = MeddledAdapter(tenant.scene.gate, self.meddler, self._watch(tenant))
            self.stack.enter_context(mounted(adapter, alias))
        options = {"on_delete": layout.on_delete, "on_remote_delete": layout.on_remote_delete, "writes": layout.writes}
        self.stack.enter_context(declared(on_conflict=self.policy, **options))

    # -- where it happens ------------------------------------------------------------------------------------------

    @property
    def hands(self) -> Hands:
        return self.tenant.hands

    @property
    def scene(self) -> Scene:
        return self.tenant.scene

    @property
    def account(self) -> Account:
        return self.tenant.account

    @contextmanager
    def next_door(self) -> Iterator[None]:
        """At the other tenant's; where there is none, at home."""
        here = self.tenant
        self.tenant = self.tenants.get(other_than(here.connection.alias), here)
        try:
            yield
        finally:
            self.tenant = here

    def _watch(self, tenant: Tenant) -> Watch:
        """Whoever works for one tenant asks nothing of the other's Attio."""

        def watch(request: requests.PreparedRequest) -> Callable[[requests.Response | None], None]:
            assert tenant is self.tenant, f"{request.method} {request.url} in the name of {self.tenant.connection}"
            return tenant.watch(request, min(self.level, 2) - 1)

        return watch

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

    @rule(what=actions.next_door)
    def something_happens_next_door(self, what: NextDoor) -> None:
        self.step(what)

    def step(self, what: Any) -> None:
        """Carry out one step of the schedule."""
        self.schedule.append(what)
        self.act(what)

    def act(self, what: Any) -> None:  # noqa: C901  # one case for each kind of step
        """Carry out one action; also called in the middle of another."""
        if isinstance(what, NextDoor):
            with self.next_door():
                self.act(what.what)
            return
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
                    self.tenant.mail.meet(what.fate, what.which, astray=len(self.tenants) > 1)
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
        of = self.tenant.connection
        of.refresh_from_db()
        slug = work.object or self.hands.object
        self.tenant.last_read[min(self.level, 2) - 1] = {}
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
                    linked = Link.objects.filter(connection=of, object=slug).exclude(record_id=None)
                    pull(of, slug, [str(one) for one in linked.values_list("record_id", flat=True)])
                case "sweep":
                    pull_all(of, slug)
                case "inbox":
                    read_inbox(of.pk)
                case "schema":
                    follow_schema(of)
        except AttioError:
            pass  # the task failed; another comes

    def _late(self, late: Late) -> None:
        """Read now, apply later."""
        slug = late.object or self.hands.object
        mirror = registry.of_object(slug)
        assert mirror is not None
        frame = Frame.of(self.tenant.connection, mirror)
        try:
            seen = far_side(frame).read(list(self.scene.records(slug)))
        except AttioError:
            seen = []
        for action in late.meanwhile:
            self.act(action)
        with suppress(AttioError):  # what it brings anew may have to be asked about; else another read comes
            reconcile(*welcome(frame, seen), source="pull")

    def _decide(self, resolution: Resolution) -> None:
        mine = Conflict.objects.filter(link__connection=self.tenant.connection, resolved_at=None)
        conflict = mine.order_by("pk").first()
        if conflict is not None:
            audit.decide(self.account, conflict, resolution, self.hands)

    # -- the end ---------------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        if not hasattr(self, "stack"):
            return
        with self.stack:
            if sys.exc_info()[0] is None:
                self.hold_to_account()

    def hold_to_account(self) -> None:
        """Both tenants settle before either is looked at: the one may have been harmed by what the other did last."""
        self.level = 1
        for settle in (self._come_to_rest, self._all_is_well):
            for tenant in self.tenants.values():
                self.tenant = tenant
                settle()
        crossing.nothing_crosses(self.tenants.values())

    def _come_to_rest(self) -> None:
        quiet.come_to_rest(self.scene)

    def _all_is_well(self) -> None:
        self.tenant.last_read[0] = {}
        quiet.nothing_left_to_do(self.scene, self.meddler)
        quiet.refusals_have_reasons(self.tenant.connection)
        evidence = Evidence.gathered(self.tenant.connection)
        quiet.both_sides_agree(self.scene, evidence)
        hands = self.hands
        quiet.each_has_its_twin(self.scene, hands.made_here, hands.made_there, hands.deleted, deletes=self.deletes)
        audit.nothing_is_lost(self.scene, self.account, self.policy, evidence)


def of_policy(policy: Policy, time: Time) -> type[MirrorMachine]:
    """The machine under one policy."""
    return type(
        f"MirrorMachine_{policy}", (MirrorMachine,), {"policy": policy, "beginnings": Beginnings(time), "schedule": []}
    )
