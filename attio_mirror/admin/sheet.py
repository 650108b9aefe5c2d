"""The sheet: what the page of one row has to know of Attio. Made once per request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.db import models

from ..core.codecs import InvalidValue
from ..core.plan import Deed
from ..core.values import Canonical, same
from ..mirrors.attributes import Attribute as Binding
from ..mirrors.registry import AnyMirror, registry
from ..mirrors.remainder import Remainder
from ..models import Attribute, BatchedEdit, Conflict, Connection, Link, OutboxEntry
from ..sync.frame import Frame, agreed, is_unseen
from ..sync.gates import PlanGate, gates_of
from .custom import Custom, held_value
from .wording import Wording


@dataclass
class Sheet:
    """A row, its mirror, its link and its attributes. Without a connection it is nearly empty."""

    mirror: AnyMirror
    row: models.Model | None
    records_url: str = ""
    """The prefix of the addresses where record references are searched."""
    given: Connection | None = None
    """The connection, where there is no row to tell."""
    frame: Frame | None = field(init=False)

    def __post_init__(self) -> None:
        """Read the schema of the row's connection."""
        self.frame = Frame.of(self.connection, self.mirror) if self.connection else None

    @classmethod
    def of(
        cls,
        model: type[models.Model],
        row: models.Model | None,
        records_url: Callable[[], str] = str,
        given: Connection | None = None,
    ) -> Sheet | None:
        """None where the model is not mirrored."""
        mirror = registry.of_model(model)
        return cls(mirror, row, records_url(), given) if mirror else None

    @cached_property
    def link(self) -> Link | None:
        """The link of the row, with its state."""
        if self.row is None or self.row.pk is None:
            return None
        links = Link.objects.for_rows(self.mirror.model, [self.row.pk]).with_state()
        return links.select_related("connection").order_by("pk").first()

    @cached_property
    def connection(self) -> Connection | None:
        """The link's, else the one a new row will get."""
        if self.given is not None:
            return self.given
        if self.link is not None:
            return self.link.connection
        alias = self.mirror.options.connection if self.row is None else self.mirror.connection_for(self.row)
        return Connection.objects.filter(alias=alias).first()

    @cached_property
    def wording(self) -> Wording:
        """Values in words."""
        return Wording(self.connection, self.frame.directory if self.frame else None)

    @cached_property
    def attributes(self) -> dict[str, Attribute]:
        """The attributes of the object by slug, with their options."""
        if self.connection is None:
            return {}
        rows = Attribute.objects.of_object(self.connection, self.mirror.options.object).prefetch_related("options")
        return {row.slug: row for row in rows}

    @cached_property
    def customs(self) -> dict[str, Custom]:
        """The attributes of the remainder by the names of their form fields, in Attio's order."""
        remainder = self.mirror.remainder
        if self.frame is None or remainder is None:
            return {}
        held = {} if self.row is None else getattr(self.row, remainder.field) or {}
        made: list[Custom] = []
        for slug, attribute in self.attributes.items():
            slot = self.frame.slots.get(slug)
            if slot is not None and isinstance(slot.attribute, Remainder):
                url = f"{self.records_url}{self.connection.pk if self.connection else 0}/{slug}/"
                made.append(Custom(attribute, slot, held_value(slot, held.get(slug)), self.wording, url))
        return {custom.name: custom for custom in made}

    @cached_property
    def editable(self) -> dict[str, Custom]:
        """The customs somebody may write."""
        return {name: custom for name, custom in self.customs.items() if self.mirror.gives(custom.slot)}

    @cached_property
    def fixed(self) -> dict[str, Custom]:
        """The customs nobody may write."""
        return {name: custom for name, custom in self.customs.items() if name not in self.editable}

    @cached_property
    def inflowing(self) -> list[str]:
        """The model fields of declared attributes whose values only come in."""
        slots = self.frame.slots.values() if self.frame else ()
        fixed = (slot for slot in slots if slot.slug in self.mirror.declared and not self.mirror.gives(slot))
        return [name for slot in fixed for name in slot.attribute.fields or (slot.attribute.field,)]

    def declared(self, field_name: str) -> tuple[str, Binding] | None:
        """The slug and the binding of a model field."""
        for slug, binding in self.mirror.declared.items():
            if field_name in (*binding.fields, binding.field):
                return slug, binding
        return None

    def fields_of(self, slug: str) -> Iterable[str]:
        """The names of the form fields of an attribute."""
        binding = self.mirror.declared.get(slug)
        if binding is not None:
            return binding.fields or (binding.field,)
        return [name for name, custom in self.customs.items() if custom.spec.slug == slug]

    @cached_property
    def conflicts(self) -> list[Conflict]:
        """The open conflicts of the row."""
        return [] if self.link is None else list(Conflict.objects.filter(link=self.link, resolved_at=None))

    @cached_property
    def gates(self) -> list[PlanGate]:
        """What the plan keeps from rows of this object."""
        return [] if self.connection is None else gates_of(self.connection, self.mirror.options.object)

    def is_closed(self, field_name: str) -> bool:
        """Whether the plan lets nobody write a field. What waits here to be sent may still be taken back."""
        waiting = self.entry.error.get("slug") if self.entry else None
        closed = {gate.attribute for gate in self.gates if gate.deed == Deed.WRITE} - {"", waiting}
        return any(field_name in self.fields_of(slug) for slug in closed)

    @cached_property
    def held(self) -> list[BatchedEdit]:
        """The edits of the row that wait for approval."""
        if self.link is None:
            return []
        return list(BatchedEdit.objects.filter(link=self.link, held_slot__isnull=False).select_related("batch"))

    @cached_property
    def unseen(self) -> dict[str, Canonical]:
        """What Attio has and the row shows nothing of, by slug."""
        link = self.link
        return {} if link is None else {slug: agreed(link, slug) for slug in link.base if is_unseen(link, slug)}

    @cached_property
    def entry(self) -> OutboxEntry | None:
        """The entry that still wants something, or whose request is out."""
        return (
            None if self.link is None else OutboxEntry.objects.unfinished().filter(link=self.link).order_by("pk").last()
        )

    def label(self, slug: str) -> str:
        """An attribute's title."""
        attribute = self.attributes.get(slug)
        return attribute.title or slug if attribute else slug.replace("_", " ").capitalize()

    def says(self, slug: str, value: Canonical) -> str:
        """A value of an attribute in words."""
        attribute, slot = self.attributes.get(slug), self.frame.slots.get(slug) if self.frame else None
        if slot is None:
            return str(value)
        return self.wording.value(slot.spec, value, currency=attribute.currency_code if attribute else "")

    def came_from_attio(self, field_name: str) -> bool:
        """Whether what the row says in a field is what Attio last said."""
        found = self.declared(field_name)
        slug = self.customs[field_name].spec.slug if field_name in self.customs else found[0] if found else ""
        slot = self.frame.slots.get(slug) if self.frame else None
        if slot is None or self.row is None or self.link is None:
            return False
        base = agreed(self.link, slug)
        try:
            return same(slot.local(self.row, base), base)
        except InvalidValue:
            return False
