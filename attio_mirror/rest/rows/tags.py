"""Tags: what a client has read, so that it does not write over what it has not.

An ETag has two halves. The first names what can be edited, and what Attio says where both sides are in conflict:
that is what If-Match asks about. It stays while a push is under way, for what the row says does not change by being
sent. The second half names the whole answer, the state included.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, cast

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from rest_framework import serializers

from ...core.errors import Json
from ...models import Conflict
from ..errors import Outdated
from .serializers import RowSerializer, shown


def tag_of(serializer: RowSerializer[Any]) -> str:
    """The ETag of the row a serializer shows."""
    said: dict[str, Json] = {**cast("dict[str, Json]", serializer.data)}
    standing = said.pop("attio")
    content: dict[str, Json] = {name: sorted(value) if _is_a_set(value) else value for name, value in said.items()}
    if serializer.frame is not None:
        free = serializer.free_slugs(())
        content["other_values"] = {slug: one for slug, one in content["other_values"].items() if slug in free}
    return f'"{_digest([content, _clashes(serializer)])}-{_digest([said, standing])}"'


def expect(given: str | None, serializer: RowSerializer[Any], changes: Mapping[str, Json]) -> None:
    """Heed If-Match. Raises Outdated, with both values, where a change would write over what the client never saw."""
    if given is None or given.strip() == "*":
        return
    wanted = {tag.strip().strip('"').partition("-")[0] for tag in given.split(",") if not tag.strip().startswith("W/")}
    if tag_of(serializer).strip('"').partition("-")[0] in wanted:
        return
    values = _both(serializer, changes)
    if values or not changes:
        raise Outdated(values)


def _both(serializer: RowSerializer[Any], changes: Mapping[str, Json]) -> dict[str, dict[str, Json]]:
    """What was given beside what the row says, and what Attio says where that is another thing."""
    row: Any = serializer.instance
    found: dict[str, dict[str, Json]] = {}
    for name, given in changes.items():
        field = serializer.fields.get(name)
        if field is None or field.read_only:
            continue
        if name == "other_values" and isinstance(given, dict):
            held = row.other_values
            found |= {
                f"{name}.{slug}": _pair(one, held.get(slug)) for slug, one in given.items() if one != held.get(slug)
            }
        elif not _same(field, given, row):
            found[name] = _pair(given, shown(field, row))
    for name, theirs in _clashes(serializer).items():
        if name in found:
            found[name]["attio"] = theirs
    return found


def _pair(given: Json, current: Json) -> dict[str, Json]:
    return {"given": given, "current": current}


def _same(field: Any, given: Json, row: models.Model) -> bool:
    """Whether a row says already what it was given, however it is spelled."""
    try:
        return bool(field.to_representation(field.run_validation(given)) == shown(field, row))
    except (serializers.ValidationError, AttributeError, TypeError):
        return bool(given == shown(field, row))


def _clashes(serializer: RowSerializer[Any]) -> dict[str, Json]:
    """What Attio says in open conflicts, by the name of the field."""
    link, frame = serializer.link, serializer.frame
    if link is None or frame is None:
        return {}
    open_ones = Conflict.objects.filter(link=link, resolved_at=None).values_list("slug", "theirs")
    names = {
        slug: f"other_values.{slug}" if slot.attribute is frame.mirror.remainder else slot.attribute.field
        for slug, slot in frame.slots.items()
    }
    return {names.get(slug, slug): theirs for slug, theirs in open_ones}


def _is_a_set(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(one, int) for one in value)


def _digest(said: Json) -> str:
    spelled = json.dumps(said, sort_keys=True, cls=DjangoJSONEncoder)
    return hashlib.blake2b(spelled.encode(), digest_size=12).hexdigest()
