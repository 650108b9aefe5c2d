"""Recovery: what a crashed or lost worker left behind. Its lease has run out; the entry says how far it came."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from ...core.errors import AttioError, NoAnswer
from ...mirrors.registry import registry
from ...models import OutboxEntry, OutboxState
from ..far import far_side
from ..frame import Frame
from .outcome import failed
from .settle import settle


def recover(connection_id: int) -> int:
    """Settle what was answered, decide about what was not; how many entries were found."""
    now = timezone.now()
    free = Q(link__lease_until=None) | Q(link__lease_until__lte=now)
    left = OutboxEntry.objects.out().filter(free, link__connection=connection_id).select_related("link__connection")
    entries = list(left.order_by("pk"))
    for entry in entries:
        _recover(entry)
    return len(entries)


def _recover(entry: OutboxEntry) -> None:
    mirror = registry.of_object(entry.link.object)
    if mirror is None:
        return
    frame = Frame.of(entry.link.connection, mirror)
    if entry.state == OutboxState.SENDING:
        failed(frame, entry, NoAnswer("The process that sent this ended before the answer came."), entry.said)
        return
    try:
        settle(frame, far_side(frame), [entry])
    except AttioError:
        return  # Attio is not to be reached; the answer stays on the entry
