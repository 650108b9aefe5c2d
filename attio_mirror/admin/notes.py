"""Notes: what Attio refused and what is in conflict, beside the field it is about, else above the form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import NoReverseMatch, reverse
from django.utils.formats import time_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from ..core.plan import Deed
from ..core.scopes import needed
from ..core.values import Canonical
from ..models import ATTRIBUTES, BatchedEdit, Conflict, LinkState, OutboxEntry, OutboxState
from ..sync.gates import WHAT_TO_DO, PlanGate
from .badges import live_badge, state_badge
from .sheet import Sheet

HINTS: Mapping[str, str] = {
    LinkState.UNSENT: "Attio does not know this row yet.",
    LinkState.WAITING: "The change waits in the outbox.",
    LinkState.SENDING: "The change is on its way.",
    LinkState.HELD: "A change of many rows at once waits until somebody approves it. Everything else goes its way.",
    LinkState.CONFLICT: "Both sides changed a value; somebody has to choose. Everything else goes its way.",
    LinkState.REFUSED: "Attio refused the change. It is kept here: mend it and save, or retry.",
    LinkState.IN_DOUBT: "The record was sent and no answer came. We look for it before sending it again.",
    LinkState.DROPPED: "The change was dropped from the outbox and is kept here. Push it, or wait for the local sweep.",
    LinkState.GONE: "The record no longer exists in Attio. The row is kept and nothing is sent.",
}
PAUSED = "The connection to Attio is paused: nothing is sent and nothing is read until somebody resumes it."
NO_SCOPE = (
    "The token may not write this: it lacks the scope <strong>{}</strong>. Edits are kept here and go once it has it: "
    "tick it in Attio, then check the connection."
)


NO_PLAN = "Attio’s plan {} {}: <strong>{}</strong> <em>({})</em> Edits are kept here. " + WHAT_TO_DO
NOT_IN_PLAN = (
    '<span class="attio-note attio-bad"><strong>Attio’s plan {} {}:</strong> {} <em>({}) ' + WHAT_TO_DO + "</em></span>"
)


@dataclass(frozen=True, slots=True)
class Panel:
    """What stands above the form of a mirrored row."""

    badge: SafeString
    hint: str
    web_url: str | None
    state: str
    has_history: bool = True
    words: list[SafeString] = field(default_factory=list)
    may_push: bool = True
    """Whether the token, and the plan, let the row be written."""

    @property
    def is_refused(self) -> bool:
        """Whether pushing again is a retry."""
        return self.state == LinkState.REFUSED

    @property
    def is_new(self) -> bool:
        """Whether there is nothing to pull yet."""
        return self.state == LinkState.UNSENT

    @property
    def is_gone(self) -> bool:
        """Whether there is nothing left to push to."""
        return self.state == LinkState.GONE


def panel(sheet: Sheet, *, state_url: str) -> Panel:
    """The panel of a row."""
    state = LinkState(sheet.link.state) if sheet.link else LinkState.UNSENT  # type: ignore[attr-defined]  # annotated
    lacks, closed = lacking_scope(sheet), [gate for gate in sheet.gates if not gate.attribute]
    return Panel(
        badge=live_badge(state, pk=sheet.row.pk if sheet.row else "", url=state_url),
        hint=HINTS.get(state, ""),
        web_url=sheet.link.web_url if sheet.link else None,
        state=state.value,
        has_history=sheet.mirror.options.ledger,
        words=_words(sheet, state, lacks, closed),
        may_push=not lacks and not any(gate.deed == Deed.WRITE for gate in closed),
    )


def _words(sheet: Sheet, state: LinkState, lacks: str, closed: list[PlanGate]) -> list[SafeString]:
    """What stands in the way of all rows, then what went wrong with this one, where that is something else."""
    is_paused = state == LinkState.WAITING and sheet.connection and sheet.connection.paused_at
    words = [format_html("{}", PAUSED)] if is_paused else []
    words += [format_html(NO_SCOPE, lacks)] if lacks else []
    words += [gate_words(NO_PLAN, gate) for gate in closed]
    entry = sheet.entry
    if entry is None or entry.error.get("message") in {gate.message for gate in closed}:
        return words
    return words + outbox_words(sheet, entry)


def gate_words(template: str, gate: PlanGate) -> SafeString:
    """A plan gate in Attio's own words."""
    return format_html(template, gate.claim, gate.what, gate.message, gate.source)


def lacking_scope(sheet: Sheet) -> str:
    """What the token would need to write the row, and has not: as Attio told us, or as it refused."""
    of, slug = sheet.connection, sheet.mirror.options.object
    path = "/v2/objects/any/attributes/any" if slug == ATTRIBUTES else f"/v2/objects/{slug}/records/any"
    return next((scope for scope in needed("PATCH", path) if of and scope in of.missing_scopes), "")


def outbox_words(sheet: Sheet, entry: OutboxEntry) -> list[SafeString]:
    """What went wrong last, in Attio's own words."""
    message, slug = entry.error.get("message"), entry.error.get("slug")
    if not message:
        return []
    about = format_html("<strong>{}:</strong> ", sheet.label(slug)) if slug else ""
    if entry.state == OutboxState.WAITING:
        return [format_html("{}{} <span>Next try {}.</span>", about, message, _when(entry.not_before))]
    return [format_html("{}{}", about, message)]


def _when(moment: datetime) -> str:
    return time_format(localtime(moment), "TIME_FORMAT")


def field_notes(sheet: Sheet) -> dict[str, SafeString]:
    """Form field name to the notes that belong beside it."""
    notes: dict[str, list[SafeString]] = {}
    for slug, note in _notes(sheet):
        for name in list(sheet.fields_of(slug))[:1]:
            notes.setdefault(name, []).append(note)
    return {name: format_html_join("", "{}", ((note,) for note in found)) for name, found in notes.items()}


def _notes(sheet: Sheet) -> Iterator[tuple[str, SafeString]]:
    """Each with the slug of its attribute."""
    entry = sheet.entry
    if entry is not None and entry.state == OutboxState.REFUSED and entry.error.get("slug"):
        yield entry.error["slug"], refusal_note(entry)
    yield from ((gate.attribute, gate_words(NOT_IN_PLAN, gate)) for gate in sheet.gates if gate.attribute)
    yield from ((conflict.slug, conflict_note(sheet, conflict)) for conflict in sheet.conflicts)
    yield from ((slug, unseen_note(sheet, slug, value)) for slug, value in sheet.unseen.items())
    yield from ((edit.batch.slug, held_note(sheet, edit)) for edit in sheet.held)


def refusal_note(entry: OutboxEntry) -> SafeString:
    """What Attio said."""
    return format_html(
        '<span class="attio-note attio-bad"><strong>Attio refused this:</strong> {}'
        " <em>Your value is kept. Change it and save, or retry above.</em></span>",
        entry.error.get("message", ""),
    )


def conflict_note(sheet: Sheet, conflict: Conflict) -> SafeString:
    """Both values of a conflict, and where to settle it."""
    slug = conflict.slug
    return format_html(
        '<span class="attio-note attio-warn"><strong>Conflict:</strong> Attio has <b>{}</b> ({}), '
        "here it is <b>{}</b>; before that, it was <b>{}</b>.{}</span>",
        sheet.says(slug, conflict.theirs),
        sheet.wording.actor(conflict.their_actor_type, conflict.their_actor_id),
        sheet.says(slug, conflict.ours),
        sheet.says(slug, conflict.base),
        _link_to("conflict", conflict.pk, "Settle it"),
    )


def unseen_note(sheet: Sheet, slug: str, value: Canonical) -> SafeString:
    """What Attio holds and the field cannot show."""
    return format_html(
        '<span class="attio-note">In Attio this is <b>{}</b>, which has no row here that this field could point to. '
        "If you choose another one, the policy or a person decides between the two.</span>",
        sheet.says(slug, value),
    )


def held_note(sheet: Sheet, edit: BatchedEdit) -> SafeString:
    """What the row said before a push batch that waits, and where that is decided."""
    return format_html(
        '<span class="attio-note attio-warn"><strong>Waiting for approval:</strong> a push batch changed it from '
        "<b>{}</b>; Attio was not told.{}</span>",
        sheet.says(edit.batch.slug, edit.before),
        _link_to("pushbatch", edit.batch_id, "Look at it"),
    )


def _link_to(model: str, pk: int, label: str) -> SafeString | str:
    try:
        url = reverse(f"admin:attio_mirror_{model}_change", args=[pk])
    except NoReverseMatch:  # a host's own admin site may leave such pages out
        return ""
    return format_html(' <a href="{}">{}</a>', url, label)


__all__ = ["Panel", "conflict_note", "field_notes", "outbox_words", "panel", "state_badge"]
