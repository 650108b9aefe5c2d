"""Badges: a state in a word and a colour, never in a colour alone."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.html import format_html
from django.utils.safestring import SafeString

from ..models import BatchState, ConnectionState, EditState, InboxState, LinkState, Option, OutboxState, SweepState

CALM, BUSY, WARN, BAD, IDLE = "calm", "busy", "warn", "bad", "idle"

TONES: Mapping[str, str] = {
    LinkState.IN_STEP: CALM,
    LinkState.UNSENT: IDLE,
    LinkState.WAITING: BUSY,
    LinkState.SENDING: BUSY,
    LinkState.CONFLICT: WARN,
    LinkState.REFUSED: BAD,
    LinkState.IN_DOUBT: WARN,
    LinkState.DROPPED: WARN,
    LinkState.HELD: WARN,
    LinkState.GONE: IDLE,
    OutboxState.ANSWERED: BUSY,
    OutboxState.SETTLED: CALM,
    OutboxState.FOLDED: IDLE,
    ConnectionState.UNCHECKED: IDLE,
    ConnectionState.ACTIVE: CALM,
    ConnectionState.REVOKED: BAD,
    ConnectionState.LIMITED: WARN,
    BatchState.RELEASED: CALM,
    BatchState.WITHDRAWN: IDLE,
    BatchState.UNDONE: IDLE,
    EditState.OVERTAKEN: IDLE,
    EditState.PUT_BACK: IDLE,
    EditState.SKIPPED: WARN,
    InboxState.DONE: CALM,
    InboxState.FAILED: BAD,
    SweepState.RUNNING: BUSY,
    SweepState.PAUSED: IDLE,
    SweepState.CANCELLED: IDLE,
    SweepState.BRAKED: WARN,
}
"""States of one name have one tone, whatever table they are of."""

UNSETTLED = frozenset({LinkState.WAITING, LinkState.SENDING})
"""States that will soon be another one by themselves."""

STAGE_COLOURS = 8


def badge(text: object, tone: str) -> SafeString:
    """A word in a pill."""
    return format_html('<span class="attio-badge attio-{}">{}</span>', tone, text)


def state_badge(state: str, label: object) -> SafeString:
    """The badge of a state of any of our tables."""
    return badge(label, TONES.get(state, IDLE))


def live_badge(state: LinkState, *, pk: object, url: str) -> SafeString:
    """The badge of a row; `attio_mirror/state.js` keeps it up to date while the state will change by itself."""
    return format_html(
        '<span class="attio-badge attio-{}" data-attio-state="{}" data-attio-row="{}" data-attio-url="{}">{}</span>',
        TONES[state],
        state.value,
        pk,
        url,
        state.label,
    )


def option_badge(option: Option | None) -> SafeString | str:
    """A stage or an option. Attio's API tells no colours, so they go by position; a celebrated status is green."""
    if option is None:
        return ""
    if option.celebration_enabled:
        return badge(option.title, CALM)
    return badge(option.title, IDLE if option.is_archived else f"stage-{option.position % STAGE_COLOURS}")
