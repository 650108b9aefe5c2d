"""The search route (beta on the real service): names, domains, e-mails, phones; labels on other objects."""

from __future__ import annotations

from collections.abc import Iterator

from .answer import Json
from .call import Call
from .errors import Issue, Path, value_not_found
from .nouns import AttioObject, Holder
from .shapes import array, demand, either, fields, filled, integer, one_of, text
from .values import CODECS

MEMBER = one_of(["workspace-member"])
AS = either(
    fields({"type": one_of(["workspace"])}),
    fields({"type": MEMBER, "workspace_member_id": filled}),
    fields({"type": MEMBER, "email_address": filled}),
)
LONGEST = 256
MOST = 25
LABELS = ("name", "workspace_id", "user_id", "primary_email_address", "title")
IMAGES = ("avatar_url", "logo_url")
EXTRAS = {
    "people": {"email_addresses": "email_address", "phone_numbers": "phone_number"},
    "companies": {"domains": "domain"},
}


def query_text(raw: Json, path: Path) -> list[Issue]:
    if isinstance(raw, str) and len(raw) > LONGEST:
        return [Issue("too_big", path, f"String must contain at most {LONGEST} character(s)")]
    return text(raw, path)


BODY = fields(
    {"query": query_text, "objects": array(filled, 1), "request_as": AS},
    {"limit": integer(1, MOST)},
)


def search(call: Call) -> Json:
    demand(BODY, call.body)
    wanted = call.body["query"].casefold()
    _check_member(call, call.body["request_as"])
    rows = (
        _row(call, target, holder)
        for target in _targets(call)
        for holder in target.holders.values()
        if wanted in " ".join(_texts(call, target, holder)).casefold()
    )
    limit = int(call.body.get("limit", MOST))
    return {"data": [row for _, row in zip(range(limit), rows, strict=False)]}


def _targets(call: Call) -> list[AttioObject]:
    found = []
    for key in call.body["objects"]:
        target = call.state.objects.find(key)
        if target is None:
            raise value_not_found(f'Object with slug/ID "{key}" not found.')
        found.append(target)
    return found


def _check_member(call: Call, who: dict[str, str]) -> None:
    identifier, email = who.get("workspace_member_id"), who.get("email_address")
    unknown = identifier is not None and identifier not in call.state.members
    if unknown or (email is not None and call.state.member_by_email(email) is None):
        raise value_not_found(f'Workspace member "{identifier or email}" not found.')


def _texts(call: Call, target: AttioObject, holder: Holder) -> Iterator[str]:
    yield _label(call, target, holder)
    for slug, key in EXTRAS.get(target.slug, {}).items():
        yield from _list(call, target, holder, slug, key)


def _label(call: Call, target: AttioObject, holder: Holder) -> str:
    """The first of the naming attributes that says something."""
    for slug in LABELS:
        for key in ("full_name", "email_address", "value"):
            found = _list(call, target, holder, slug, key)
            if found:
                return found[0]
    return ""


def _list(call: Call, target: AttioObject, holder: Holder, slug: str, key: str) -> list[str]:
    attribute = target.attributes.find(slug)
    if attribute is None:
        return []
    wires = (CODECS[attribute.type].wire(element, attribute, call.state) for element in holder.elements(attribute))
    return [str(wire[key]) for wire in wires if key in wire]


def _row(call: Call, target: AttioObject, holder: Holder) -> Json:
    images = (image for slug in IMAGES for image in _list(call, target, holder, slug, "value"))
    return {
        "id": {"workspace_id": call.state.workspace_id, "object_id": target.id, "record_id": holder.id},
        "object_slug": target.slug,
        "record_text": _label(call, target, holder),
        "record_image": next(images, None),
        **{slug: _list(call, target, holder, slug, key) for slug, key in EXTRAS.get(target.slug, {}).items()},
    }
