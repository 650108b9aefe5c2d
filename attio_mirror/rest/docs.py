"""The document of the API, for programs and for people. Plain HTML: no script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ..core.errors import Json
from ..models import Connection
from .access import Guarded
from .openapi import describe_with
from .operations import Operation

METHODS = ("get", "post", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Line:
    """A parameter, or a property of a thing."""

    name: str
    kind: str
    about: SafeString
    is_required: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """One method of one address."""

    method: str
    path: str
    about: SafeString
    needs: SafeString
    parameters: Sequence[Line]
    takes: Line | None
    answers: Sequence[Line]


class Documented(Guarded, APIView):
    """For everybody with a login: it says what there is, and nothing of what is in it."""

    queryset = Connection.objects.none()
    permission_classes = [IsAuthenticated]
    schema = None
    operations: ClassVar = {"get": Operation(about="The document of this API.", needs="view")}
    patterns: Sequence[URLPattern | URLResolver] = ()

    def document(self, request: Request) -> dict[str, Json]:
        """The whole, with the address it was asked at."""
        server = reverse("attio_mirror:openapi").removesuffix("openapi.json")
        found: dict[str, Json] = describe_with(self.patterns, request.build_absolute_uri(server).rstrip("/"))
        return found


class SchemaView(Documented):
    """OpenAPI 3.1 in JSON."""

    def get(self, request: Request) -> Response:
        """The document."""
        return Response(self.document(request))


class DocsView(Documented):
    """The same to read."""

    def get(self, request: Request) -> HttpResponse:
        """A page."""
        document = self.document(request)
        things = {name: list(_properties(one)) for name, one in sorted(document["components"]["schemas"].items())}
        told = [marked(" ".join(one.split())) for one in document["info"]["description"].split("\n\n")]
        context = {
            "title": document["info"]["title"],
            "told": told,
            "server": document["servers"][0]["url"],
            "things": things,
        }
        return HttpResponse(render_to_string("attio_mirror/api.html", {**context, "deeds": list(_deeds(document))}))


def documents(patterns: Sequence[URLPattern | URLResolver]) -> list[URLPattern]:
    """The addresses of the documents of these addresses; none where drf-spectacular is not installed."""
    if describe_with is None:
        return []
    return [
        path("openapi.json", SchemaView.as_view(patterns=tuple(patterns)), name="openapi"),
        path("docs/", DocsView.as_view(patterns=tuple(patterns)), name="docs"),
    ]


def marked(text: str) -> SafeString:
    """What stands between backticks is code."""
    parts = enumerate(text.split("`"))
    pieces = (format_html("<code>{}</code>", part) if number % 2 else format_html("{}", part) for number, part in parts)
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def _deeds(document: Mapping[str, Json]) -> Iterator[Deed]:
    for address, methods in document["paths"].items():
        for method in (one for one in METHODS if one in methods):
            said = methods[method]
            body = said.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            yield Deed(
                method=method.upper(),
                path=address,
                about=marked(said["summary"]),
                needs=marked(said["description"]),
                parameters=[_line(one["name"], one["schema"], one, one["in"]) for one in said.get("parameters", ())],
                takes=_line("", body, {}) if body else None,
                answers=[_answer(status, one) for status, one in said["responses"].items()],
            )


def _answer(status: str, said: Mapping[str, Json]) -> Line:
    body = said.get("content", {}).get("application/json", {}).get("schema", {})
    return Line(status, _kind(body) if body else "", marked(said.get("description", "")), link=_named(body))


def _properties(thing: Mapping[str, Json]) -> Iterator[Line]:
    for name, one in thing.get("properties", {}).items():
        yield _line(name, one, {**one, "required": name in thing.get("required", ())})


def _line(name: str, schema: Mapping[str, Json], said: Mapping[str, Json], place: str = "") -> Line:
    kind = f"{_kind(schema)} ({place})" if place and place != "query" else _kind(schema)
    return Line(name, kind, marked(said.get("description", "")), bool(said.get("required")), _named(schema))


def _kind(schema: Mapping[str, Json]) -> str:
    """A type in words."""
    if named := _named(schema):
        return named
    if several := schema.get("oneOf") or schema.get("anyOf") or schema.get("allOf"):
        return " or ".join(dict.fromkeys(_kind(one) for one in several))
    if "enum" in schema:
        return " | ".join("null" if one is None else str(one) or "“”" for one in schema["enum"])
    if "items" in schema:
        return f"list of {_kind(schema['items'])}"
    kinds: Any = schema.get("type", "anything")
    words = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    return f"{words} ({schema['format']})" if "format" in schema else words


def _named(schema: Mapping[str, Json]) -> str:
    """The thing a schema refers to."""
    for one in (schema, schema.get("items", {}), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        if "$ref" in one:
            return str(one["$ref"]).rpartition("/")[2]
    return ""
