"""Conflicts open, refresh and dissolve as the merge says; edits that lost by a stated policy leave a trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from ...models import Conflict, OutboxEntry, Resolution
from ...signals import conflict_found
from ..frame import Frame
from .decide import Clash, Decision


def settle(frame: Frame, decisions: Sequence[Decision]) -> None:
    """Bring the table of conflicts to what a batch decided."""
    old = [d for d in decisions if not d.is_new]
    open_ones = {
        (c.link_id, c.slug): c for c in Conflict.objects.filter(link__in=[d.link.pk for d in old], resolved_at=None)
    }
    traces: list[Conflict] = []
    users = _our_users([d.link.pk for d in old if d.clashes or d.yielded])
    for decision in old:
        ours = users.get(decision.link.pk, {})
        for clash in decision.clashes:
            _open(frame, decision, clash, open_ones.get((decision.link.pk, clash.slug)), ours)
        for slug in decision.agreed:
            if (conflict := open_ones.get((decision.link.pk, slug))) is not None:
                close(conflict, Resolution.DISSOLVED)
        traces += [_trace(decision, clash, ours) for clash in decision.yielded]
    Conflict.objects.bulk_create(traces)


def close(conflict: Conflict, resolution: Resolution) -> None:
    """End a conflict and free its slot."""
    Conflict.objects.filter(pk=conflict.pk).update(resolved_at=timezone.now(), resolution=resolution, open_slot=None)


def _our_users(link_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Who edited here, as far as the outbox knows: the last one, where several did."""
    if not link_ids:
        return {}
    entries = OutboxEntry.objects.unfinished().filter(link__in=link_ids, actor__isnull=False).order_by("pk")
    return {link: {"our_user_id": user} for link, user in entries.values_list("link", "actor")}


def _open(
    frame: Frame, decision: Decision, clash: Clash, conflict: Conflict | None, our_user: Mapping[str, int]
) -> None:
    sides: dict[str, Any] = {
        "base": clash.base,
        "ours": clash.ours,
        "theirs": clash.theirs,
        **_their_actor(decision, clash),
        **our_user,
    }
    if conflict is not None:
        Conflict.objects.filter(pk=conflict.pk).update(**sides)
        return
    slot = Conflict.slot(decision.link.pk, clash.slug)
    Conflict.objects.create(link=decision.link, slug=clash.slug, open_slot=slot, **sides)
    model, connection, pk, slug = frame.model, frame.connection, decision.row.pk, clash.slug
    transaction.on_commit(
        lambda: conflict_found.send_robust(sender=model, connection=connection, pk=pk, slug=slug), robust=True
    )


def _trace(decision: Decision, clash: Clash, our_user: Mapping[str, int]) -> Conflict:
    return Conflict(
        link=decision.link,
        slug=clash.slug,
        base=clash.base,
        ours=clash.ours,
        theirs=clash.theirs,
        resolved_at=timezone.now(),
        resolution=Resolution.ATTIO,
        **_their_actor(decision, clash),
        **our_user,
    )


def _their_actor(decision: Decision, clash: Clash) -> dict[str, str]:
    wires = decision.seen.wires.get(clash.slug, ())
    actor = next((wire.get("created_by_actor") or {} for wire in wires), {})
    return {"their_actor_type": str(actor.get("type") or ""), "their_actor_id": str(actor.get("id") or "")}
