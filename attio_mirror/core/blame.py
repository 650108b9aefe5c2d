"""Which attribute a refusal is about, so that Attio's words can stand beside the right field.

Attio says it in one of three ways: a validation path (["data", "values", slug]), the attribute's slug or id quoted in
the message, or the value it did not like quoted there (an unknown option, member or record). Wordings: the examples of
Attio's OpenAPI document, and messages seen on the live service.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from .errors import AttioError, Json
from .values import AttributeSpec

_NAMED = re.compile(r"attribute(?: with)?(?: (?:ID|slug|slug/ID))? \"([^\"]+)\"", re.IGNORECASE)
_TITLED = re.compile(r"option title \"(.*)\"", re.DOTALL)
_QUOTED = re.compile(r"\"([^\"]+)\"")
_BODIES = ("values", "entry_values")


def blame(error: AttioError, specs: Iterable[AttributeSpec], said: Mapping[str, Json] | None = None) -> str | None:
    """The slug of the attribute `error` is about, None where Attio did not say.

    `said` is what we sent, slug to write shapes; it is needed to recognise an attribute by the value that was refused.
    """
    slugs = {name: spec.slug for spec in specs for name in (spec.attribute_id, spec.slug) if name}
    messages = [issue.message for issue in error.validation] + [error.message]
    for name in (*_paths(error), *(name for text in messages for name in _NAMED.findall(text))):
        if name in slugs:
            return slugs[name]
    return _holder(messages, said or {})


def _paths(error: AttioError) -> Iterator[str]:
    for issue in error.validation:
        for body in _BODIES:
            if body in issue.path[:-1]:
                yield issue.path[issue.path.index(body) + 1]


def _holder(messages: Iterable[str], said: Mapping[str, Json]) -> str | None:
    """The only attribute we sent a quoted value to."""
    for text in messages:
        for value in (*_TITLED.findall(text), *_QUOTED.findall(text)):
            holders = [slug for slug, written in said.items() if value in _leaves(written)]
            if len(holders) == 1:
                return holders[0]
    return None


def _leaves(written: Json) -> Iterator[str]:
    if isinstance(written, Mapping):
        written = list(written.values())
    if isinstance(written, list | tuple):
        for part in written:
            yield from _leaves(part)
    elif written is not None:
        yield str(written)
