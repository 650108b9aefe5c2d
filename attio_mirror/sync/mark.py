"""Mark: write down, in the saving transaction, that a row owes Attio something. What it owes is computed when sent."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from ..conf import conf
from ..core.values import same
from ..mirrors.attributes import Direction
from ..mirrors.mirror import WhenGone
from ..mirrors.registry import AnyMirror, registry
from ..models import Conflict, Connection, Link, OutboxEntry, OutboxState, Resolution, Verb
from .acting import current_user_id
from .connections import connection
from .frame import Frame, agreed
from .holds import overtake
from .pointing import bind_again
from .wake import wake


def mark(row: models.Model) -> OutboxEntry | None:
    """Mark one row if it says anything Attio does not know. None where there is nothing to say."""
    mirror = registry.of_model(type(row))
    if mirror is None or mirror.options.direction == Direction.IN:
        return None
    with transaction.atomic():
        link = _link(mirror, row)
        if link is None or link.record_gone_at is not None:
            return None
        if link.record_id and not _says_something(Frame.of(link.connection, mirror), row, link):
            return None
        return queue(link)


def mark_rows(model: type[models.Model], pks: Iterable[Any]) -> None:
    """Mark several rows of one model."""
    for row in model._base_manager.filter(pk__in=list(pks)):
        mark(row)


def reconsider(link_ids: Collection[int]) -> None:
    """Links that owe nothing any more, for Attio came to say the same: what was refused is settled by the next pump."""
    if link_ids:
        refused = OutboxEntry.objects.filter(state=OutboxState.REFUSED, link__in=link_ids)
        for entry in refused.select_related("link"):
            queue(entry.link)


def mark_gone(row: models.Model) -> None:
    """A row was deleted: its link becomes a tombstone; the record goes too where the mirror says so."""
    mirror = registry.of_model(type(row))
    if mirror is None:
        return
    with transaction.atomic():
        link = Link.objects.for_rows(mirror.model, [row.pk]).select_related("connection").first()
        if link is None or link.row_gone_at is not None:
            return
        now = timezone.now()
        Link.objects.filter(pk=link.pk).update(row_gone_at=now)
        entries = OutboxEntry.objects.open().filter(link=link).exclude(state=OutboxState.IN_DOUBT)
        if link.record_id is None:  # a create that may have arrived: its record is ours, and no new row's
            entries.filter(unsure_since__isnull=False).exclude(said={}).update(
                state=OutboxState.IN_DOUBT, not_before=now
            )
        entries.update(state=OutboxState.DROPPED, waiting_slot=None, settled_at=now)
        Conflict.objects.filter(link=link, resolved_at=None).update(
            resolved_at=now, resolution=Resolution.DELETED, open_slot=None
        )
        if mirror.options.on_delete == WhenGone.DELETE and link.record_gone_at is None:
            queue(link, verb=Verb.DELETE)


def _says_something(frame: Frame, row: models.Model, link: Link) -> bool:
    """Whether a save is to be pushed: what waits for approval is not, and what was refused is to be found settled."""
    return owes(frame, row, link, held=overtake(frame, row, link)) or _is_stuck(link)


def owes(frame: Frame, row: models.Model, link: Link, *, held: Container[str] = ()) -> bool:
    """Whether the row says anything the base does not, of what is not `held`.

    Unreadable values count, so that somebody hears of them.
    """
    frame.mirror.know([row], frame.directory)
    local = frame.read(row, link)
    if local.invalid:
        return True
    return any(
        slug not in held and frame.mirror.gives(slot) and not same(local.values[slug], agreed(link, slug))
        for slug, slot in frame.slots.items()
    )


def _is_stuck(link: Link) -> bool:
    """Whether an edit was refused or dropped: put back by hand, it has to be found settled."""
    last = link.outbox.order_by("-pk").values_list("state", flat=True).first()
    return last == OutboxState.REFUSED or (last == OutboxState.DROPPED and link.seen_hash is None)


def queue(link: Link, *, verb: str = "") -> OutboxEntry:
    """The open entry of a link, waiting. Wakes a pump after commit.

    A refused entry waits again: somebody changed something. One in doubt stays so until the doubt is resolved.
    """
    with transaction.atomic(savepoint=False):
        now = timezone.now()
        Link.objects.filter(pk=link.pk).update(marked_at=now)
        entry = _open_entry(link, verb)
        if entry.state == OutboxState.REFUSED or (verb and entry.verb != verb and entry.state != OutboxState.IN_DOUBT):
            entry.state, entry.attempts, entry.error, entry.verb = OutboxState.WAITING, 0, {}, verb
            entry.not_before = now
            entry.save(update_fields=["state", "attempts", "error", "verb", "not_before"])
        if (user_id := current_user_id()) is not None and entry.actor_id != user_id:
            OutboxEntry.objects.filter(pk=entry.pk).update(actor_id=user_id)
        wake(link.connection_id)
        return entry


def _open_entry(link: Link, verb: str) -> OutboxEntry:
    found = OutboxEntry.objects.select_for_update().filter(waiting_slot=link.pk).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return OutboxEntry.objects.create(
                link=link, waiting_slot=link.pk, verb=verb, not_before=timezone.now(), actor_id=current_user_id()
            )
    except IntegrityError:  # somebody else marked it this instant; theirs serves both
        return OutboxEntry.objects.get(waiting_slot=link.pk)


def _link(mirror: AnyMirror, row: models.Model) -> Link | None:
    """The link of a row, made where it has none. A row that came back under its old key gets its link back.

    None where the connection is not configured: a host may ship mirrors before it has a token.
    """
    found = Link.objects.for_rows(mirror.model, [row.pk]).select_related("connection").first()
    if found is not None:
        if found.row_gone_at is not None:
            found.row_gone_at = None
            found.save(update_fields=["row_gone_at"])
            if found.record_id:
                bind_again(Frame.of(found.connection, mirror), found.record_id)
        return found
    alias = mirror.connection_for(row)
    of: Connection | None = connection(alias) if alias in conf().connections else None
    if of is None:
        return None
    content_type = ContentType.objects.get_for_model(mirror.model, for_concrete_model=True)
    return Link.objects.get_or_create(
        connection=of, content_type=content_type, object_id=str(row.pk), defaults={"object": mirror.options.object}
    )[0]
