"""Absence: linked records a complete enumeration did not list. Each is asked for by id; only a 404 buries it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ...conf import conf
from ...core.errors import Merging
from ...models import Sweep
from ..burial import bury
from ..far import Far, far_side
from ..frame import Frame
from ..reconcile import Report
from .memory import living
from .reading import bring_home


@dataclass(slots=True)
class Inquest:
    """What became of some records that were not listed."""

    gone: list[str] = field(default_factory=list)
    report: Report = field(default_factory=Report)


def brake(sweep: Sweep, missing: Sequence[str]) -> str:
    """Why a person should look before anything is buried; "" where so much loss is credible or agreed to."""
    if not missing or sweep.consented_at is not None:
        return ""
    linked = living(sweep).count()
    tail = "Nothing was deleted here. If that is right, resume the sweep with consent; else resume it to list all anew."
    if sweep.seen == 0:
        return f"Attio listed no records at all, although {linked} are linked. {tail}"
    bearable = max(conf().brake_count, int(linked * conf().brake_share))
    if len(missing) > bearable:
        return f"{len(missing)} of {linked} linked records were not listed, more than {bearable}. {tail}"
    return ""


def inquire(frame: Frame, record_ids: Sequence[str]) -> Inquest:
    """Read these records by id; those that are there are reconciled, those that are gone buried. Raises AttioError."""
    far, inquest = far_side(frame), Inquest()
    seen = far.read(record_ids)
    inquest.report = bring_home(frame, seen)
    missing = set(record_ids) - {one.record_id for one in seen}
    gone = [record_id for record_id in record_ids if record_id in missing and _is_gone(far, record_id)]
    inquest.gone = [record_id for record_id in gone if bury(frame, record_id)]
    return inquest


def _is_gone(far: Far, record_id: str) -> bool:
    try:
        return not far.exists(record_id)
    except Merging:  # its end will be announced, or found by the next sweep
        return False
