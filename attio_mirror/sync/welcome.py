"""Welcome: attributes, options and members that records know and the mirrored schema does not get their place first.

Otherwise a value could not be bound to its row now, and would later look like a clearing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ..core.errors import Json
from ..core.values import AttributeType
from ..models import ATTRIBUTES, AttioObject, Attribute, Member, Option, Target
from .attributes import refresh_attributes
from .far import fingerprint
from .frame import Decoded, Frame, Seen
from .reconcile import sift
from .schema import refresh_members


def welcome(frame: Frame, seen: Sequence[Seen], *, sifted: bool = False) -> tuple[Frame, list[Seen]]:
    """Make room for attributes, options and members these records know and the mirrored schema does not (yet)."""
    batch = list(seen)
    news = [] if frame.object == ATTRIBUTES else batch if sifted else sift(frame, batch)
    if not news:
        return frame, batch
    changed = _welcome_options(frame, news) | _welcome_members(frame, news)
    new_slugs = any(one.wires.keys() - frame.known for one in news)
    if new_slugs:
        owner = AttioObject.objects.filter(connection=frame.connection, slug=frame.object).first()
        if owner is not None:
            refresh_attributes(frame.connection, Target.OBJECTS, owner)
    if not (changed or new_slugs):
        return frame, batch
    fresh = Frame.of(frame.connection, frame.mirror)
    return fresh, [_read_by(fresh, one) for one in batch]


def _read_by(fresh: Frame, one: Seen) -> Seen:
    """A record as the new schema reads it; nobody need look at it once more because of that."""
    return replace(one, values=Decoded(fresh.slots, one.wires), fingerprint=fingerprint(one.wires, fresh.signature))


def _welcome_options(frame: Frame, seen: Iterable[Seen]) -> bool:
    """Every value of a select or status carries its whole option: a new one can be known at once."""
    missing: dict[str, Option] = {}
    for one in seen:
        for slug, slot in frame.slots.items():
            if slot.spec.type in (AttributeType.SELECT, AttributeType.STATUS):
                for wire in one.wires.get(slug, ()):
                    _note_option(frame, wire, missing)
    Option.objects.bulk_create(missing.values(), ignore_conflicts=True)
    return bool(missing)


def _note_option(frame: Frame, wire: Mapping[str, Json], missing: dict[str, Option]) -> None:
    chosen = wire.get("status") or wire.get("option") or {}
    identity = chosen.get("id") or {}
    option_id = identity.get("status_id") or identity.get("option_id")
    if not option_id or option_id in frame.directory.option_pks or option_id in missing:
        return
    attribute = Attribute.objects.filter(connection=frame.connection, attribute_id=identity.get("attribute_id")).first()
    if attribute is not None:
        title, archived = str(chosen.get("title") or ""), bool(chosen.get("is_archived"))
        position = attribute.options.count()
        missing[option_id] = Option(
            attribute=attribute, option_id=option_id, title=title, is_archived=archived, position=position
        )


def _welcome_members(frame: Frame, seen: Iterable[Seen]) -> bool:
    """Members are read anew; one who left the tenant stays known by id."""
    strangers = _unknown_members(frame, seen)
    if not strangers:
        return False
    refresh_members(frame.connection)
    known = set(Member.objects.filter(connection=frame.connection).values_list("member_id", flat=True))
    Member.objects.bulk_create(
        [Member(connection=frame.connection, member_id=one, first_name="Former member") for one in strangers - known],
        ignore_conflicts=True,
    )
    return True


def _unknown_members(frame: Frame, seen: Iterable[Seen]) -> set[str]:
    slugs = [slug for slug, slot in frame.slots.items() if slot.spec.type == AttributeType.ACTOR_REFERENCE]
    actors = (wire for one in seen for slug in slugs for wire in one.wires.get(slug, ()))
    ids = {
        str(wire["referenced_actor_id"])
        for wire in actors
        if wire.get("referenced_actor_type") == "workspace-member" and wire.get("referenced_actor_id")
    }
    return ids - frame.directory.member_pks.keys()
