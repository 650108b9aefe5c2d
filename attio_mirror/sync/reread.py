"""Reading records again by their ids: what they say is reconciled, and those that are gone are buried."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.errors import Merging
from .burial import bury
from .far import far_side
from .frame import Frame, Seen
from .reconcile import Report, reconcile
from .welcome import welcome


def reread(frame: Frame, record_ids: Sequence[str], source: str) -> tuple[Frame, list[Seen], Report]:
    """Read and reconcile; also the frame that knows what these records brought. Raises AttioError."""
    far = far_side(frame)
    frame, seen = welcome(frame, far.read(record_ids))
    report = reconcile(frame, seen, source=source)
    for record_id in set(record_ids) - {one.record_id for one in seen}:
        try:
            gone = not far.exists(record_id)
        except Merging:
            report.stale.append(record_id)
            continue
        if gone:
            bury(frame, record_id)
    return frame, seen, report
