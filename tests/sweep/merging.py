"""Merging two records in Attio, and telling of it."""

from __future__ import annotations

from attio_mirror.models import Company, Link, LinkState
from attio_mirror.sync.merges import merged
from attio_mirror.testing import Attio


def join(attio: Attio, first: str, second: str, object_slug: str = "companies") -> str:
    """A member merges two records; the id of the new one."""
    body = {"data": {"primary_record_id": first, "secondary_record_id": second}}
    return str(attio.ask("POST", f"/v2/objects/{object_slug}/records/merge", body, by="Ben")["data"]["new_record_id"])


def to(record_id: str) -> dict[str, str]:
    """A reference to a company."""
    return {"target_object": "companies", "target_record_id": record_id}


def row(record_id: str) -> Company:
    return Company.objects.by_record_id(record_id).get()


def tell(attio: Attio, survivor: str, *gone: str, object_slug: str = "companies") -> None:
    merged(attio.connection, object_slug, survivor, gone)


def assert_merged(attio: Attio, survivor: str, *originals: str) -> None:
    assert attio.state(row(survivor)) == LinkState.IN_STEP
    for record_id in originals:
        link = Link.objects.get(record_id=record_id)
        assert link.merged_into == survivor
        assert link.record_gone_at is not None
