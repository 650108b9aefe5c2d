"""The splice of the ledger for one attribute of one record: which rows a read adds, closes, or proves wrong.

A version is named by its element and the moment it began. Rows proved wrong are superseded, never deleted, so what we
believed when stays answerable. All times are nine-digit stamps.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from .stamps import parse_stamp, to_stamp
from .values import Version, key


@dataclass(frozen=True, slots=True)
class Known:
    """A row of the ledger we believe; superseded rows are left out."""

    id: int
    element_key: str
    """`values.key` of the element."""
    active_from: str
    active_until: str | None


@dataclass(frozen=True, slots=True)
class Splice:
    """What to do to the ledger. Supersede first: an added version may begin where a superseded one did."""

    add: tuple[Version, ...] = ()
    close: tuple[tuple[int, str], ...] = ()
    """Ids of open rows and the `active_until` they get."""
    supersede: tuple[int, ...] = ()
    cut: tuple[tuple[int, str], ...] = ()
    """Ids of closed rows that ended earlier than we believed, and when: superseded, and believed anew with that end."""
    gap: bool = False
    """Versions may be missing or a time is a guess; only a full read of the history would tell."""

    def __bool__(self) -> bool:
        return bool(self.add or self.close or self.supersede or self.cut)


def place(element_key: str) -> int:
    """A signed 64-bit hash of `values.key`: tells apart several elements that share a start, and groups equal ones."""
    return int.from_bytes(hashlib.blake2b(element_key.encode(), digest_size=8).digest(), "big", signed=True)


def apart(seen: Sequence[Version]) -> list[Version]:
    """The versions of a single value so that no two are true at once: where they overlap, the later one is believed.

    The earlier one ends where the later began. What is active now has been true since it began: of a version that
    claims to have begun later nothing is left but its beginning.
    """
    lasting = [version for version in seen if version.active_until is None or _lasts(version)]
    current = max((v for v in lasting if v.active_until is None), key=_order, default=None)
    held = sorted((v for v in lasting if current is None or _order(v) <= _order(current)), key=_order)
    found = [_until(version, then.active_from) for version, then in pairwise(held)] + held[-1:]
    rest = (version for version in seen if version not in held)
    return [*found, *(_until(version, version.active_from) for version in rest)]


def splice_current(
    known_open: Sequence[Known], seen: Sequence[Version], *, multi: bool, seen_at: str, born: str | None = None
) -> Splice:
    """Fit a read of the active values, taken at `seen_at`, to the open rows of the ledger.

    Closed versions in `seen` are passed over. Closed rows in `known_open` are welcome and only help to notice a version
    that Attio reopened; without them `add` may name a version the ledger already holds as closed.

    `gap` is false where nothing can have been missed: nothing changed, or all that is new began no later than `born`,
    the record's creation.
    """
    active = {_name(version): version for version in seen if version.active_until is None}
    held = {_name_of(known): known for known in known_open}
    new = {name: version for name, version in active.items() if not _is_open(held.get(name))}
    add, reopened = tuple(new.values()), [held[name].id for name in new if name in held]
    gone = [known for known in known_open if known.active_until is None and _name_of(known) not in active]
    close, contradicted = _end(gone, list(active.values()), multi=multi, seen_at=seen_at)
    supersede = (*reopened, *contradicted)
    cut = () if multi else _cut([known for known in known_open if known.id not in reopened], active.values())
    news = any(born is None or version.active_from > born for version in add)
    return Splice(add, close, supersede, cut, gap=news or bool(close or supersede or cut))


def splice_full(known: Sequence[Known], seen: Sequence[Version]) -> Splice:
    """Fit a complete read of the history to all rows we believe: afterwards they say exactly what `seen` says.

    An open row that has ended since is closed; every other difference supersedes. A second run is empty.
    """
    missing = {(*_name(version), version.active_until): version for version in seen}
    wrong = [row for row in known if missing.pop((*_name_of(row), row.active_until), None) is None]
    close, supersede = [], []
    for row in wrong:
        end = next((end for (*name, end) in missing if tuple(name) == _name_of(row) and end is not None), None)
        if row.active_until is None and end is not None:
            close.append((row.id, end))
            del missing[(*_name_of(row), end)]
        else:
            supersede.append(row.id)
    return Splice(tuple(missing.values()), tuple(close), tuple(supersede))


def _end(
    gone: Iterable[Known], active: Sequence[Version], *, multi: bool, seen_at: str
) -> tuple[tuple[tuple[int, str], ...], tuple[int, ...]]:
    """Close each row Attio no longer shows where its successor began, or at `seen_at` at the latest known moment.

    The successor is the single value's newest, a multi-value's same element set anew. One that began no later than the
    row did contradicts it: history was rewritten.
    """
    close, contradicted = [], []
    for row in gone:
        began = [version.active_from for version in active if not multi or key(version.element) == row.element_key]
        end = max(began, default=max(seen_at, row.active_from))
        if began and end <= row.active_from:
            contradicted.append(row.id)
        else:
            close.append((row.id, end))
    return tuple(close), tuple(contradicted)


def _cut(known: Iterable[Known], active: Iterable[Version]) -> tuple[tuple[int, str], ...]:
    """Closed rows of a single value that reach into what is active now: Attio has told the past anew."""
    began = max((version.active_from for version in active), default=None)
    if began is None:
        return ()
    closed = [
        row for row in known if row.active_until is not None and _overlaps(row.active_from, row.active_until, began)
    ]
    return tuple((row.id, max(row.active_from, _short(began))) for row in closed)


def _overlaps(since: str, until: str, began: str) -> bool:
    """As far as the ledger can tell: its columns end at the microsecond, and a version without length is none."""
    return parse_stamp(until) > max(parse_stamp(since), parse_stamp(began))


def _until(version: Version, moment: str) -> Version:
    """The version, ended at a moment unless it ends before."""
    if version.active_until is not None and parse_stamp(version.active_until) <= parse_stamp(moment):
        return version
    return replace(version, active_until=_short(moment))


def _short(stamp: str) -> str:
    """As a column holds it: an end of our own making is found again only so."""
    return to_stamp(parse_stamp(stamp))


def _lasts(version: Version) -> bool:
    return _overlaps(version.active_from, str(version.active_until), version.active_from)


def _order(version: Version) -> tuple[str, bool, str, str]:
    """When it began; of two that began at once, the one that lasts longer is the later one."""
    return version.active_from, version.active_until is None, version.active_until or "", key(version.element)


def _is_open(known: Known | None) -> bool:
    return known is not None and known.active_until is None


def _name(version: Version) -> tuple[str, str]:
    return key(version.element), version.active_from


def _name_of(known: Known) -> tuple[str, str]:
    return known.element_key, known.active_from
