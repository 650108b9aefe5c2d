"""The memory of a sweep: which records it has seen, kept in the database page by page, 16 bytes each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from ...models import Link, Sweep, SweptPage
from ...models.link import LinkQuerySet

SIZE = 16


def packed(record_id: str) -> bytes:
    """An id in 16 bytes. A hash: Attio's ids are opaque, and UUIDs only so far."""
    return hashlib.blake2b(record_id.encode(), digest_size=SIZE).digest()


def remember(sweep: Sweep, record_ids: Iterable[str]) -> None:
    """Note what a page brought."""
    ids = b"".join(map(packed, record_ids))
    if ids:
        SweptPage.objects.create(sweep=sweep, ids=ids)


def known_of(sweep: Sweep, record_ids: Sequence[str], *, everything: bool) -> set[str]:
    """Which of these the sweep has seen: on its last page, or (`everything`) on any."""
    if not record_ids or not sweep.seen:
        return set()
    wanted = {packed(record_id): record_id for record_id in record_ids}
    pages = SweptPage.objects.filter(sweep=sweep).order_by("-pk")
    found: set[str] = set()
    for page in pages.iterator(chunk_size=50) if everything else pages[:1]:
        found.update(wanted[one] for one in _unpacked(page) if one in wanted)
    return found


def missing_of(sweep: Sweep) -> list[str]:
    """Linked records the sweep has not seen, nor anybody else since it began.

    What was pushed or pulled meanwhile (`synced_at`) was there after we had passed, or was made behind our back.
    """
    seen = {one for page in sweep.pages.iterator(chunk_size=50) for one in _unpacked(page)}
    links = living(sweep).exclude(synced_at__gte=sweep.started_at)
    ids = links.order_by("pk").values_list("record_id", flat=True).iterator(chunk_size=2000)
    return [str(record_id) for record_id in ids if packed(str(record_id)) not in seen]


def living(sweep: Sweep) -> LinkQuerySet:
    """The links a sweep should meet: rows whose record is not known to be gone."""
    links = Link.objects.filter(connection=sweep.connection_id, object=sweep.object, record_gone_at=None)
    return links.exclude(record_id=None)


def forget(sweep: Sweep) -> None:
    """The sweep is over, or begins anew."""
    SweptPage.objects.filter(sweep=sweep).delete()


def _unpacked(page: SweptPage) -> Iterator[bytes]:
    ids = bytes(page.ids)
    return (ids[start : start + SIZE] for start in range(0, len(ids), SIZE))
