"""What becomes of entries: settled, waiting again, refused, in doubt. Every change is conditional on the last one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ...core import retry
from ...core.blame import blame
from ...core.errors import AttioError, Json, NotUnique, RateLimited
from ...models import ATTRIBUTES, Link, OutboxEntry, OutboxState, Verb
from ...signals import refused as refused_signal
from ..budget import Paused
from ..connections import take_note
from ..frame import SETTINGS_OF_AN_ATTRIBUTE, Frame
from .claim import release

GONE = "This record no longer exists in Attio. Your values are kept here; delete the row or create the record again."
TAKEN = (
    "Attio already has a record with this key, and another row mirrors it. Change the key, or delete one of the rows."
)


def settled(entry: OutboxEntry, *, note: str = "") -> None:
    """Done: Attio and the row have been compared."""
    move(entry, OutboxState.SETTLED, settled_at=timezone.now(), answer=None, error={"note": note} if note else {})


def failed(frame: Frame, entry: OutboxEntry, error: AttioError, sent: Json) -> None:
    """A request did not succeed: decide by the facts what follows."""
    facts = _facts(frame, error, sent)
    take_note(frame.connection, error, facts["slug"] or "")
    if entry.state == OutboxState.SENDING and not error.is_without_effect:
        entry.unsure_since = entry.unsure_since or entry.sent_at
    repeatable = Verb(entry.verb).is_repeatable
    match retry.decide(error, attempts=entry.attempts, now=timezone.now(), repeatable=repeatable, salt=entry.pk):
        case retry.GiveUp() if entry.verb == Verb.KEYED and isinstance(error, NotUnique):
            reopen(entry, OutboxState.WAITING, facts, not_before=timezone.now())  # somebody took the key: look again
        case retry.RetryAt(at):
            tries = entry.attempts - isinstance(error, RateLimited | Paused)  # it was not looked at over there
            reopen(entry, OutboxState.WAITING, facts, not_before=at, attempts=tries)
        case retry.GiveUp():
            refuse(frame, entry, facts)
        case retry.InDoubt():
            reopen(entry, OutboxState.IN_DOUBT, facts, not_before=timezone.now())


def found_held(entry: OutboxEntry) -> bool:
    """Whether the last we heard of a create is that a record holds its key."""
    return entry.verb == Verb.KEYED and entry.error.get("code") == "uniqueness_conflict"


def refuse(frame: Frame, entry: OutboxEntry, facts: dict[str, Any]) -> None:
    """Attio (or we, before sending) said no. The edit stays in the row; a person or another edit decides."""
    reopen(entry, OutboxState.REFUSED, facts)
    model, connection, pk = frame.model, frame.connection, entry.link.object_id
    slug, message = facts.get("slug"), facts.get("message", "")
    transaction.on_commit(
        lambda: refused_signal.send_robust(sender=model, connection=connection, pk=pk, slug=slug, message=message),
        robust=True,
    )


def reopen(
    entry: OutboxEntry,
    state: OutboxState,
    facts: dict[str, Any],
    *,
    not_before: datetime | None = None,
    attempts: int | None = None,
) -> None:
    """Put an entry that was out back into its link's slot; where a newer edit holds the slot, fold into that one."""
    when, tries = not_before or entry.not_before, entry.attempts if attempts is None else attempts
    changes: dict[str, Any] = {
        "error": facts,
        "not_before": when,
        "answer": None,
        "attempts": tries,
        "unsure_since": entry.unsure_since,
    }
    try:
        with transaction.atomic():
            move(entry, state, waiting_slot=entry.link_id, **changes)
    except IntegrityError:
        _fold(entry, state, changes)
    release([entry.link_id])


def _fold(entry: OutboxEntry, state: OutboxState, changes: dict[str, Any]) -> None:
    """The newer entry takes over what was said (it may have arrived) and, where repeating is not safe, the doubt.

    The row of a create may have gone: then it is not repeated, and what it may have made is to be found and deleted.
    """
    with transaction.atomic():
        newer = OutboxEntry.objects.select_for_update().get(waiting_slot=entry.link_id)
        newer.said, newer.removed = {**entry.said, **newer.said}, {**entry.removed, **newer.removed}
        newer.unsure_since = entry.unsure_since or newer.unsure_since
        fields = ["said", "removed", "unsure_since"]
        is_orphan = newer.verb == Verb.DELETE and newer.unsure_since is not None and newer.link.record_id is None
        if state == OutboxState.IN_DOUBT or is_orphan:
            newer.state, newer.verb = OutboxState.IN_DOUBT, entry.verb
            newer.sent_at, newer.error = entry.sent_at, changes["error"]
            fields += ["state", "verb", "sent_at", "error"]
        if state == OutboxState.WAITING:
            newer.not_before = max(newer.not_before, changes["not_before"])
            newer.attempts = max(newer.attempts, changes["attempts"])
            fields += ["not_before", "attempts"]
        newer.save(update_fields=fields)
        move(entry, OutboxState.FOLDED, error=changes["error"], settled_at=timezone.now())


def move(entry: OutboxEntry, state: OutboxState, **changes: Any) -> bool:
    """Change an entry's state if nobody else has; a late worker thus changes nothing."""
    changes.setdefault("waiting_slot", None)
    found = OutboxEntry.objects.filter(pk=entry.pk, state=entry.state, attempts=entry.attempts)
    if not found.update(state=state, **changes):
        return False
    entry.state = state
    for name, value in changes.items():
        setattr(entry, name, value)
    return True


def gone(frame: Frame, entry: OutboxEntry) -> None:
    """The record is not there any more: the link becomes a tombstone, the edit stays in the row."""
    Link.objects.filter(pk=entry.link_id, record_gone_at=None).update(record_gone_at=timezone.now())
    refuse(frame, entry, {"message": GONE, "code": "not_found"})


def _facts(frame: Frame, error: AttioError, sent: Json) -> dict[str, Any]:
    """What of an error is kept: Attio's words, and the attribute they are about."""
    slug = _setting(error, sent) if frame.object == ATTRIBUTES else _attribute(frame, error, sent)
    return {"message": error.message, "status": error.status, "code": error.code, "type": error.type, "slug": slug}


def _attribute(frame: Frame, error: AttioError, sent: Json) -> str | None:
    """Attio names an option by its title even where we sent its id."""
    titles = frame.directory.option_titles
    named = {
        slug: [values, [title for option_id, title in titles.items() if option_id in str(values)]]
        for slug, values in sent.items()
    }
    return blame(error, [slot.spec for slot in frame.slots.values()], named)


STEMS = {"unique": "is_unique", "required": "is_required", "archive": "is_archived", "default": "default_value",
         "slug": "api_slug", "currency": "config", "title": "title", "description": "description"}  # fmt: skip
"""Words of Attio's refusals that give a setting away."""


def _setting(error: AttioError, sent: Json) -> str | None:
    """The setting of an attribute a refusal is about: named in its path, the only one sent, or given away by a word."""
    named = [name for issue in error.validation for name in issue.path if name in SETTINGS_OF_AN_ATTRIBUTE]
    if named or len(sent) == 1:
        return named[0] if named else str(next(iter(sent)))
    return next((name for word, name in STEMS.items() if word in error.message.lower() and name in sent), None)
