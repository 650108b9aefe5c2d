"""Undo: the rows of a push batch say again what they said before, where nobody changed the attribute since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db import models

from ...core.codecs import InvalidValue
from ...core.values import Canonical, same
from ...mirrors.registry import registry
from ...models import (
    AttributeValue,
    BatchedEdit,
    BatchState,
    EditState,
    Link,
    Member,
    PushBatch,
)
from ..frame import Frame, agreed
from ..holds import says
from ..pull import pull
from .carry import Carried, carry_out, plan_of
from .edit import NOT_ALLOWED, May
from .plan import Left, Plan

HERE = "It was changed here since."
UNSENT = "It was changed here since, and that is not in Attio yet."
THERE = "It was changed in Attio since{by}."
IN_ATTIO_ONLY = "Attio says something else by now, and the row does not."


class NotUndoable(Exception):
    """The batch cannot be undone; the message says why."""


@dataclass
class Undo:
    """What undoing one batch means for each of its rows."""

    batch: PushBatch
    may: May

    def plan(self) -> Plan:
        """The dry run, by what we know. Raises NotUndoable."""
        return plan_of(self._frame, self.batch.slug, self._links, self._former)

    def carry_out(self) -> Carried:
        """Ask Attio what the records say now, then undo as a push batch of its own, under the same brake.

        Raises AttioError and NotUndoable.
        """
        frame = self._frame
        pull(self.batch.connection, self.batch.object, [str(link.record_id) for link in self._links if link.record_id])
        done = carry_out(frame.fresh(), self.batch.slug, self._links, self._former, undoes=self.batch)
        if done.batch.state == BatchState.RELEASED and done.plan.changes:
            PushBatch.objects.filter(pk=self.batch.pk).update(state=BatchState.UNDONE)
        return done

    @cached_property
    def _frame(self) -> Frame:
        """Raises NotUndoable."""
        mirror = registry.of_object(self.batch.object)
        frame = None if mirror is None else Frame.of(self.batch.connection, mirror)
        if reason := obstacle(self.batch):
            raise NotUndoable(reason)
        if frame is None or self.batch.slug not in frame.slots:
            raise NotUndoable("Nothing mirrors the attribute any more.")
        return frame

    @cached_property
    def _edits(self) -> dict[int, BatchedEdit]:
        edits = self.batch.edits.filter(state=EditState.RELEASED).select_related("link__connection")
        return {edit.link_id: edit for edit in edits}

    @cached_property
    def _links(self) -> Sequence[Link]:
        return [edit.link for edit in self._edits.values()]

    def _former(self, frame: Frame, link: Link, row: models.Model) -> Canonical:
        """What the row said before. Raises Left where somebody changed it since."""
        edit, slug = self._edits[link.pk], self.batch.slug
        if not self.may(row):
            raise Left(NOT_ALLOWED)
        base = agreed(link, slug)
        if not says(frame, row, slug, edit.after):
            raise Left(self._since(frame, link, row, base))
        if not same(base, edit.after) and not same(base, edit.base):
            raise Left(IN_ATTIO_ONLY)
        before: Canonical = edit.before
        return before

    def _since(self, frame: Frame, link: Link, row: models.Model, base: Canonical) -> str:
        """Where a row was changed, and by whom, as far as the ledger knows."""
        try:
            is_sent = same(frame.slots[self.batch.slug].local(row, base), base)
        except InvalidValue:
            is_sent = False
        if not is_sent:
            return UNSENT
        kind, actor_id = self._last_actors.get(link.pk, ("", ""))
        if kind == "api-token" and actor_id == self.batch.connection.actor_id:
            return HERE
        name = self._members.get(actor_id, "") if kind == "workspace-member" else ""
        return THERE.format(by=f" by {name}" if name else "")

    @cached_property
    def _last_actors(self) -> Mapping[int, tuple[str, str]]:
        """Who made the current version of each row's attribute."""
        versions = AttributeValue.objects.filter(link__batched__batch=self.batch, attribute__slug=self.batch.slug)
        current = versions.filter(active_until=None, superseded_at=None)
        return {pk: (kind, actor) for pk, kind, actor in current.values_list("link", "actor_type", "actor_id")}

    @cached_property
    def _members(self) -> Mapping[str, str]:
        return {one.member_id: str(one) for one in Member.objects.filter(connection=self.batch.connection_id)}


def obstacle(batch: PushBatch) -> str:
    """Why a batch cannot be undone; "" if it can."""
    if batch.state == BatchState.UNDONE:
        return "It is undone already."
    if batch.state != BatchState.RELEASED:
        return "Nothing of it went to Attio."
    if batch.undone_by.filter(state=BatchState.HELD).exists():
        return "Its undo waits for approval."
    return ""
