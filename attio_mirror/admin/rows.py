"""Naming rows: entries, conflicts and links point to rows of any mirrored model; a page of them is named together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ..core.values import AttributeSpec, AttributeType, Canonical
from ..models import ATTRIBUTES, Attribute, Connection, Link
from .wording import Wording


def name_rows(links: Iterable[Link]) -> None:
    """Give every link the name of its row, a query per model."""
    wanted: dict[int, list[Link]] = {}
    for link in links:
        wanted.setdefault(link.content_type_id, []).append(link)
    for type_id, group in wanted.items():
        model = ContentType.objects.get_for_id(type_id).model_class()
        found = {} if model is None else {str(row.pk): row for row in _rows(model, group)}
        for link in group:
            link.row_name = str(found[link.object_id]) if link.object_id in found else ""  # type: ignore[attr-defined]  # for row_link


def _rows(model: Any, links: Iterable[Link]) -> Any:
    rows = model._base_manager.filter(pk__in=[link.object_id for link in links])
    return rows.select_related("object", "list") if model is Attribute else rows


def row_name(link: Link) -> str:
    """A row's name; "" where the row is gone."""
    if not hasattr(link, "row_name"):
        name_rows([link])
    name: str = link.row_name  # type: ignore[attr-defined]  # set by name_rows
    return name


def row_link(link: Link, site: str) -> SafeString:
    """A row's name, linked to its page where there is one."""
    name = row_name(link)
    if not name:
        return format_html("{} <em>(row gone)</em>", link)
    model: Any = ContentType.objects.get_for_id(link.content_type_id).model_class()
    try:
        route = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        url = reverse(route, args=[link.object_id], current_app=site)
    except NoReverseMatch:
        return format_html("{}", name)
    return format_html('<a href="{}">{}</a>', url, name)


class NamedChangeList(ChangeList):
    """A change list of things that have a link, or are one."""

    def get_results(self, request: HttpRequest) -> None:
        """Name the rows of the page together."""
        super().get_results(request)
        name_rows(one if isinstance(one, Link) else one.link for one in self.result_list)


class Speech:
    """Values of attributes of any object in words; knows the schema of each connection after the first question."""

    def __init__(self) -> None:
        self._wordings: dict[int, Wording] = {}
        self._schema: dict[tuple[int, str], Mapping[str, Attribute]] = {}

    def says(self, link: Link, slug: str, value: Canonical) -> str:
        """A value of an attribute of a link's object."""
        attribute = self.attribute(link, slug)
        if link.object == ATTRIBUTES or attribute is None:
            return self._wording(link.connection).value(AttributeSpec(slug, AttributeType.TEXT), value)
        return self._wording(link.connection).value(attribute.spec, value, currency=attribute.currency_code)

    def label(self, link: Link, slug: str) -> str:
        """An attribute's title."""
        attribute = self.attribute(link, slug)
        return attribute.title or slug if attribute else slug.replace("_", " ").capitalize()

    def actor(self, link: Link, kind: str, actor_id: str) -> str:
        """Who did it."""
        return self._wording(link.connection).actor(kind, actor_id or None)

    def attribute(self, link: Link, slug: str) -> Attribute | None:
        """The attribute of an object; None for the settings of attributes."""
        if link.object == ATTRIBUTES:
            return None
        key = (link.connection_id, link.object)
        if key not in self._schema:
            self._schema[key] = {row.slug: row for row in Attribute.objects.of_object(link.connection, link.object)}
        return self._schema[key].get(slug)

    def _wording(self, connection: Connection) -> Wording:
        return self._wordings.setdefault(connection.pk, Wording(connection))


class SpokenChangeList(NamedChangeList):
    """The same of things that name values: those of a page look the schema up together."""

    def get_results(self, request: HttpRequest) -> None:
        """Hand every row the same speech."""
        super().get_results(request)
        speech = Speech()
        for one in self.result_list:
            one.speech = speech


def speech_of(one: Any) -> Speech:
    """The speech of a page, else one of its own."""
    if not hasattr(one, "speech"):
        one.speech = Speech()
    speech: Speech = one.speech
    return speech
