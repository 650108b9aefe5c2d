"""The OpenAPI 3.1 document, written by drf-spectacular from our operations and serializers. Imported by `openapi`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.settings import patched_settings
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.serializers import DecimalField

from ..core.errors import Json
from .asking import LARGEST, Parameter
from .errors import BothSerializer, ErrorSerializer
from .operations import Operation

ABOUT = """\
Attio's records as rows of this project. A change made here is merged with what people change in Attio, and sent.

What was read can be written back; only what differs is written. Send `If-Match` with the `ETag` of what you read, and
nothing is written over that you have not seen. A name nobody knows is refused, in a body as in an address.
"""
SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "attio_mirror",
    "DESCRIPTION": ABOUT,
    "VERSION": "1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [],
    "PREPROCESSING_HOOKS": [],
    "SCHEMA_PATH_PREFIX": "/",
    "SERVERS": [],
    "SECURITY": [],
    "APPEND_COMPONENTS": {},
    "APPEND_PATHS": {},
    "WEBHOOKS": [],
    "CAMELIZE_NAMES": False,
}
KEY = {"type": "integer", "minimum": 0, "maximum": LARGEST}
ERRORS = {
    400: "What was sent cannot be taken.",
    401: "No login, or a token nobody knows.",
    403: "No login, or no right to do this.",
    404: "No such thing, or not yours to see.",
    409: "It is not in a state in which this can be done.",
    412: "It changed since you read it.",
    415: "The body has to be JSON.",
    429: "Too many requests; `Retry-After` says when to come back.",
    502: "Attio had to be asked, and did not do it.",
}


class Described(AutoSchema):
    """Reads the operation of a view, so that the view needs no decorators."""

    @property
    def _operation(self) -> Operation:
        view: Any = self.view
        found: Operation = view.operation
        return found

    def get_operation_id(self) -> str:
        """`deals_list`."""
        name = getattr(self.view, "action", None) or self.method.lower()
        return f"{self._thing()}_{name}"

    def get_tags(self) -> list[str]:
        """The first part of the address."""
        return [self._thing()]

    def get_summary(self) -> str:
        """What the operation is for."""
        return self._operation.about

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular has it, unlike DRF
        """Which right it needs."""
        view: Any = self.view
        opts = view.queryset.model._meta
        return f"Needs the permission `{opts.app_label}.{self._operation.needs}_{opts.model_name}`."

    def get_request_serializer(self) -> Any:
        """What the operation takes."""
        return self._operation.takes

    def get_response_serializers(self) -> Any:
        """What it gives, and the errors it knows."""
        operation, gives = self._operation, self._operation.gives
        said: Any = gives(many=True) if gives and operation.many else gives
        statuses = {400, 401, 403, 429, *operation.refuses}
        statuses |= {404} if "{" in self.path else set()
        statuses |= {412} if operation.is_conditional else set()
        statuses |= {415} if operation.takes else set()
        errors = {status: OpenApiResponse(ErrorSerializer, ERRORS[status]) for status in sorted(statuses)}
        return {operation.status: OpenApiResponse(said, operation.about), **errors}

    def get_override_parameters(self) -> list[Any]:
        """The query, and the headers of tags."""
        found = [_parameter(parameter) for parameter in self._operation.parameters]
        if "{id}" in self.path:
            found.append(OpenApiParameter("id", KEY, OpenApiParameter.PATH, required=True, description="The key."))
        if self._operation.is_conditional:
            about = "The `ETag` of what you read, or `*`."
            found.append(OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description=about))
        if self._operation.is_tagged:
            about = "Names what you read, for `If-Match`."
            found.append(OpenApiParameter("ETag", str, OpenApiParameter.HEADER, description=about, response=[200, 201]))
        return found

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        """A decimal may be sent as a number, too."""
        schema: Any = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]  # theirs
        if isinstance(field, DecimalField) and direction == "request":
            schema = {"type": ["string", "number"], "description": "A decimal number, best as a text."}
        return schema

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        """An answer has every name it can have; only an error leaves out what it has not to say."""
        schema: Any = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]  # theirs
        if direction == "response" and not isinstance(serializer, ErrorSerializer | BothSerializer):
            schema["required"] = sorted(schema.get("properties", {}))
        return schema

    def _thing(self) -> str:
        return str(self.path).strip("/").partition("/")[0]


def _parameter(parameter: Parameter) -> OpenApiParameter:
    schema = dict(parameter.schema)
    kind = {"type": "array", "items": schema} if parameter.many else schema
    return OpenApiParameter(parameter.name, kind, OpenApiParameter.QUERY, description=parameter.about)


def describe(patterns: Sequence[Any], server: str) -> dict[str, Json]:
    """The document of these addresses, which are found below `server`."""
    document: dict[str, Json] = _described(tuple(patterns))
    return {**document, "servers": [{"url": server}]}


def _pruned(document: dict[str, Json]) -> dict[str, Json]:
    """Without the things nothing refers to: what is only read has no form in which it is sent."""
    things = document["components"]["schemas"]
    while unused := [name for name in things if f'/schemas/{name}"' not in json.dumps(document)]:
        for name in unused:
            del things[name]
    return document


def _tidy(said: Json) -> Json:
    """Anything or nothing is anything: `oneOf` would let a null in by two doors, and so by none."""
    if isinstance(said, list):
        return [_tidy(one) for one in said]
    if not isinstance(said, dict):
        return said
    if said.get("oneOf") == [{}, {"type": "null"}]:
        return {name: one for name, one in said.items() if name != "oneOf"}
    return {name: _tidy(one) for name, one in said.items()}


@lru_cache(maxsize=1)
def _described(patterns: tuple[Any, ...]) -> dict[str, Json]:
    with patched_settings(SETTINGS), GENERATOR_STATS.silence():
        generator: Any = SchemaGenerator
        found: dict[str, Json] = _tidy(generator(patterns=list(patterns)).get_schema(public=True))
    return _pruned(found)
