"""Attio's own description of its API as a judge of answers.

The document is not part of this repository; where it lies beside the checkout, `attio_document()` finds it, elsewhere
it is None and nothing is judged. Three things in it are known not to be what the service does, and are loosened here:

* `nullable` is OpenAPI 3.0 language in a 3.1 document; it is read as it was meant;
* an error lists one `code` per status, while the service answers several (`uniqueness_conflict` among them), so a code
  may be any text;
* two formats are wrong (`date` where times stand), and times carry nine digits, so formats are checked by the few rules
  below.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

Json = Any
PLACE = Path(__file__).parents[2] / "shared" / "attio" / "openapi.json"
METHODS = ("get", "post", "put", "patch", "delete")
FORMATS = {
    "uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "date-time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z",
    "uri": r"[a-z]+://\S+",
    "email": r"[^@\s]+@[^@\s]+",
}
ENVELOPE = {
    "type": "object",
    "properties": {
        "status_code": {"type": "integer"},
        "type": {"enum": ["invalid_request_error", "auth_error", "rate_limit_error", "api_error"]},
        "code": {"type": "string", "pattern": "^[a-z_]+$"},
        "message": {"type": "string", "minLength": 1},
        "validation_errors": {"type": "array", "items": {"type": "object", "required": ["code", "path", "message"]}},
        "path": {"type": "array"},
    },
    "required": ["status_code", "type", "code", "message"],
}


@dataclass(frozen=True, slots=True)
class Route:
    """One method and path of the document, and the statuses it describes."""

    method: str
    template: str
    pattern: re.Pattern[str]
    statuses: frozenset[int]


class Document:
    """Says what is wrong with an answer, in words; an empty list is a good answer."""

    def __init__(self, raw: Mapping[str, Json]) -> None:
        loosened = _loosened(raw)
        self.routes = sorted(_routes(loosened), key=lambda route: (route.template.count("{"), route.template))
        resource = Resource(contents=loosened, specification=DRAFT202012)
        documents: Registry[Json] = Registry().with_resource("urn:attio", resource)
        self._judged_with = {"registry": documents, "format_checker": _formats()}
        self._validators: dict[tuple[str, str, int], Draft202012Validator] = {}

    def route(self, method: str, path: str) -> Route | None:
        """The documented route a request falls on; the one with the fewest holes wins."""
        fitting = (route for route in self.routes if route.method == method.lower() and route.pattern.fullmatch(path))
        return next(fitting, None)

    def complaints(self, method: str, path: str, status: int, body: Json) -> list[str]:
        """What the document objects to in this answer; every error must at least have Attio's envelope."""
        found = _envelope_complaints(status, body) if status >= 400 else []
        route = self.route(method, path)
        if route and status in route.statuses:
            found += [_in_words(error) for error in self._validator(route, status).iter_errors(body)]
        return found

    def _validator(self, route: Route, status: int) -> Draft202012Validator:
        key = (route.method, route.template, status)
        if key not in self._validators:
            shape = {"$ref": f"urn:attio#{_pointer(route, status)}"}
            self._validators[key] = Judge(shape, **self._judged_with)
        return self._validators[key]


@cache
def attio_document() -> Document | None:
    """The document beside the checkout, read once; None where there is none."""
    return Document(json.loads(PLACE.read_text(encoding="utf-8"))) if PLACE.exists() else None


def _routes(raw: Mapping[str, Json]) -> Iterator[Route]:
    for template, operations in raw["paths"].items():
        pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)))
        for method in METHODS:
            if method in operations:
                described = operations[method]["responses"].items()
                statuses = frozenset(int(status) for status, answer in described if "content" in answer)
                yield Route(method, template, pattern, statuses)


def _pointer(route: Route, status: int) -> str:
    template = route.template.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
    return f"/paths/{template}/{route.method}/responses/{status}/content/application~1json/schema"


def _loosened(node: Json) -> Json:
    """The document with `nullable` as 3.1 writes it, and error codes open."""
    if isinstance(node, list):
        return [_loosened(item) for item in node]
    if not isinstance(node, dict):
        return node
    fresh = {key: _loosened(value) for key, value in node.items()}
    if fresh.pop("nullable", False):
        fresh["type"] = [fresh["type"], "null"]
    if "enum" in fresh and "null" in fresh.get("type", ()):
        fresh["enum"] = [*fresh["enum"], None]
    if isinstance(fresh.get("properties"), dict) and {"status_code", "code"} <= fresh["properties"].keys():
        fresh["properties"]["code"] = {"type": "string"}
    return fresh


def _formats() -> FormatChecker:
    checker = FormatChecker(formats=())
    for name, pattern in FORMATS.items():
        checker.checkers[name] = (_matcher(pattern), ())
    return checker


def _matcher(pattern: str) -> Callable[[object], bool]:
    compiled = re.compile(pattern)
    return lambda value: not isinstance(value, str) or bool(compiled.fullmatch(value))


def _envelope_complaints(status: int, body: Json) -> list[str]:
    found = [_in_words(error) for error in Draft202012Validator(ENVELOPE).iter_errors(body)]
    if isinstance(body, dict) and body.get("status_code") != status:
        found.append(f"status_code {body.get('status_code')} in an answer with status {status}")
    return found


def _in_words(error: ValidationError) -> str:
    return f"{error.json_path}: {error.message[:300]}"


def _one_of(validator: Any, branches: list[Json], instance: Json, schema: Json) -> Iterator[ValidationError]:
    """`oneOf` among the seventeen shapes of a value: only the shape of its own type can fit, so only that one is asked.

    Seventeen times quicker, and the complaint is about what is wrong with the value instead of "fits none of these".
    """
    kind = instance.get("attribute_type") if isinstance(instance, dict) else None
    own = [place for place, branch in enumerate(branches) if kind in _types_of(branch)]
    if kind and len(own) == 1:
        yield from validator.descend(instance, branches[own[0]], schema_path=own[0])
    else:
        yield from Draft202012Validator.VALIDATORS["oneOf"](validator, branches, instance, schema)


def _types_of(branch: Json) -> list[str]:
    return list(branch.get("properties", {}).get("attribute_type", {}).get("enum", ()))


Judge = extend(Draft202012Validator, {"oneOf": _one_of})
