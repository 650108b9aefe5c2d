"""The directory: ids of Attio and primary keys of Django, translated both ways in batches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db import models

from ..core.values import AttributeSpec
from ..models import Attribute, Connection, Link, Member, Option

RowKey = tuple[int, str]
"""(content type id, primary key as text)."""


class OptionKey(NamedTuple):
    """An option by all that it is known by: all options of a tenant are read at once, so nothing else of them is."""

    pk: int
    option_id: str
    title: str
    attribute_id: str


@dataclass(frozen=True, slots=True)
class Target:
    """The far end of a reference: its object, its record id (None until created) and its link (None until marked)."""

    object: str
    record_id: str | None
    link_id: int | None


class Directory:
    """Lives for one batch. Knows options and members whole, links as far as they were asked for or prefetched."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._rows: dict[RowKey, Target | None] = {}
        self._records: dict[tuple[str, str], RowKey | None] = {}

    # -- records and rows ------------------------------------------------------------------------------------------

    def target(self, row_model: type[models.Model], pk: Any) -> Target | None:
        """The record a row is linked to; None where the row was never marked."""
        key = (content_type_id(row_model), str(pk))
        if key not in self._rows:
            self.know_rows(row_model, [pk])
        return self._rows[key]

    def row_pk(self, row_model: type[models.Model], object_slug: str, record_id: str) -> str | None:
        """The primary key (as text) of the living row of `row_model` that mirrors a record."""
        key = (object_slug, record_id)
        if key not in self._records:
            self.know_records([key])
        found = self._records[key]
        return found[1] if found and found[0] == content_type_id(row_model) else None

    def know_rows(self, row_model: type[models.Model], pks: Iterable[Any]) -> None:
        """Prefetch the targets of rows."""
        type_id = content_type_id(row_model)
        wanted = {(type_id, str(pk)) for pk in pks} - self._rows.keys()
        self._rows.update(dict.fromkeys(wanted))
        for chunk in chunks([pk for _, pk in wanted]):
            for link in self._links.filter(content_type=type_id, object_id__in=chunk):
                self._rows[type_id, link.object_id] = Target(link.object, link.record_id, link.pk)

    def know_records(self, records: Iterable[tuple[str, str]]) -> None:
        """Prefetch the rows of records, named as (object slug, record id)."""
        wanted = set(records) - self._records.keys()
        self._records.update(dict.fromkeys(wanted))
        by_object: dict[str, list[str]] = {}
        for slug, record_id in wanted:  # without its object no index finds a record
            by_object.setdefault(slug, []).append(record_id)
        for slug, record_ids in by_object.items():
            for chunk in chunks(record_ids):
                for link in self._mirroring.filter(object=slug, record_id__in=chunk):
                    self._records[slug, str(link.record_id)] = (link.content_type_id, link.object_id)

    @property
    def _mirroring(self) -> models.QuerySet[Link]:
        """The links of living rows."""
        return self._links.filter(row_gone_at=None)

    @property
    def _links(self) -> models.QuerySet[Link]:
        return Link.objects.filter(connection=self.connection).only(
            "object", "record_id", "content_type_id", "object_id"
        )

    # -- attributes, options and members ---------------------------------------------------------------------------

    @cached_property
    def attribute_pks(self) -> dict[str, int]:
        """Attribute id to primary key."""
        return dict(Attribute.objects.filter(connection=self.connection).values_list("attribute_id", "pk"))

    @cached_property
    def _options(self) -> list[OptionKey]:
        known = Option.objects.filter(attribute__connection=self.connection)
        return [OptionKey(*row) for row in known.values_list("pk", "option_id", "title", "attribute__attribute_id")]

    @cached_property
    def option_pks(self) -> dict[str, int]:
        """Option id to primary key."""
        return {option.option_id: option.pk for option in self._options}

    @cached_property
    def option_ids(self) -> dict[int, str]:
        """Primary key to option id."""
        return {option.pk: option.option_id for option in self._options}

    @cached_property
    def option_titles(self) -> dict[str, str]:
        """Option id to title."""
        return {option.option_id: option.title for option in self._options}

    @cached_property
    def _members(self) -> list[Member]:
        return list(Member.objects.filter(connection=self.connection).only("member_id", "email_address"))

    @cached_property
    def member_pks(self) -> dict[str, int]:
        """Member id to primary key."""
        return {member.member_id: member.pk for member in self._members}

    @cached_property
    def member_ids(self) -> dict[int, str]:
        """Primary key to member id."""
        return {member.pk: member.member_id for member in self._members}

    def names(self, spec: AttributeSpec) -> AttributeNames:
        """How titles and e-mail addresses become ids for one attribute."""
        return AttributeNames(self, spec)

    def option_named(self, attribute_id: str, title: str) -> str | None:
        """The id of an attribute's option by its title."""
        of_attribute = [option for option in self._options if option.attribute_id == attribute_id]
        return next((option.option_id for option in of_attribute if option.title == title), None)

    def member_called(self, email: str) -> str | None:
        """The id of a member by the e-mail address, in any case."""
        wanted = email.strip().lower()
        return next((member.member_id for member in self._members if member.email_address.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class AttributeNames:
    """The `core.codecs.Names` of one attribute."""

    directory: Directory
    spec: AttributeSpec

    def option(self, title: str) -> str | None:
        """The id of the attribute's option with this title."""
        return self.directory.option_named(self.spec.attribute_id, title)

    def member(self, email: str) -> str | None:
        """The id of the member with this e-mail address."""
        return self.directory.member_called(email)

    def record(self, object_slug: str, attribute: str, value: str) -> str | None:
        """The id of the mirrored record whose unique attribute holds this value."""
        links = Link.objects.filter(connection=self.directory.connection, object=object_slug).alive()
        for base, record_id in links.filter(base__icontains=value).values_list("base", "record_id"):
            held = (base.get(attribute) or {}).get("value")
            if value in (held if isinstance(held, list) else [held]):
                return str(record_id)
        return None


def content_type_id(model: type[models.Model]) -> int:
    """The content type of a model, cached by Django."""
    return int(ContentType.objects.get_for_model(model, for_concrete_model=True).pk)


def chunks(values: list[Any], size: int = 500) -> Iterable[list[Any]]:
    """Pieces small enough for one `IN (…)` on every database."""
    return (values[start : start + size] for start in range(0, len(values), size))
