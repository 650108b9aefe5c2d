"""What these tests ask again and again."""

from __future__ import annotations

from typing import Any

from django.db import models

from attio_mirror.core.codecs import decode_values
from attio_mirror.core.values import same
from attio_mirror.mirrors.registry import registry
from attio_mirror.models import Attribute, AttributeValue, HistoryWish
from attio_mirror.sync.frame import Frame
from attio_mirror.sync.history import Reading, read_wishes
from attio_mirror.testing import Attio


def texts(attio: Attio, row: models.Model, slug: str = "stage") -> list[tuple[str | None, bool]]:
    """The believed versions of an attribute, oldest first: the text, and whether it is still true."""
    return [(one.text, one.active_until is None) for one in believed(attio, row, slug)]


def believed(attio: Attio, row: models.Model, slug: str = "stage") -> list[AttributeValue]:
    """The believed versions of an attribute, oldest first."""
    rows = AttributeValue.objects.believed().filter(link=attio.link(row), attribute__slug=slug)
    return list(rows.order_by("active_from", "pk"))


def spans(attio: Attio, row: models.Model, slug: str = "stage") -> list[tuple[str | None, str, str | None]]:
    """What we believe of an attribute, as Attio would write it."""
    return [
        (one.text, one.active_from.isoformat(), one.active_until.isoformat() if one.active_until else None)
        for one in believed(attio, row, slug)
    ]


def there(attio: Attio, row: models.Model, slug: str = "stage") -> list[dict[str, Any]]:
    """Attio's versions of an attribute."""
    link = attio.link(row)
    path = f"/v2/objects/{link.object}/records/{link.record_id}/attributes/{slug}/values"
    return list(attio.ask("GET", path, show_historic="true")["data"])


def rewrite(attio: Attio, row: models.Model, slug: str, *spans: tuple[Any, str, str | None]) -> None:
    """Somebody tells the past anew: (value, from, until), days of 2025 as month-day."""
    link = attio.link(row)
    values = [
        {"value": value, "active_from": _stamp(since), "active_until": until and _stamp(until)}
        for value, since, until in spans
    ]
    path = f"/v2/objects/{link.object}/records/{link.record_id}/attributes/{slug}/values"
    attio.ask("PUT", path, {"data": {"values": values, "replace_history": True}})


def _stamp(day: str) -> str:
    return f"2025-{day}T00:00:00.000000000Z"


def read(attio: Attio) -> Reading:
    """Read what is wished for."""
    return read_wishes(attio.connection.pk)


def asked(attio: Attio) -> list[str]:
    """The attributes whose histories were asked for, by slug, in order."""
    slugs = dict(Attribute.objects.values_list("attribute_id", "slug"))
    paths = [entry.path.split("/") for entry in attio.gate.reads() if entry.path.endswith("/values")]
    return [slugs.get(parts[-2], parts[-2]) for parts in paths]


def waiting(attio: Attio) -> list[str]:
    """What is wished for, by slug."""
    return sorted(wish.attribute.slug for wish in HistoryWish.objects.of(attio.connection).waiting())


def assert_open_versions_are_the_row(attio: Attio, row: models.Model) -> None:
    """For every attribute: what the ledger believes to be true now is what both sides agree on."""
    link = attio.link(row)
    mirror = registry.of_object(link.object)
    assert mirror is not None
    for slug, slot in Frame.of(attio.connection, mirror).slots.items():
        current = AttributeValue.objects.current().filter(link=link, attribute__slug=slug)
        held = decode_values(slot.spec, [one.value for one in current])
        assert same(held, link.base.get(slug, {}).get("value")), slug
