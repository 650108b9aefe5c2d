"""The whole draft: one module that can be run as it is, then split into models.py and mirrors.py."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence

from attio_mirror.service import AttributeInfo
from attio_mirror.sync.inspection import Inspected

from .fields import Drafted, drafted
from .naming import Names, class_name, quoted

HEAD = '''"""A model and a mirror of Attio's object {object}. Move them into your app's models.py and mirrors.py."""

from __future__ import annotations

from django.db import models

from attio_mirror import mirrors
'''
MODEL = '''

class {name}(models.Model):
    """{doc}"""

{fields}
    class Meta:
        verbose_name = {singular}
        verbose_name_plural = {plural}

    def __str__(self) -> str:
        return str({label})
'''
MIRROR = '''

# mirrors.py (there, add: from .models import {name})
@mirrors.register
class {name}Mirror(mirrors.Mirror[{name}]):
    """Which field is which attribute."""

{bindings}
    class Meta:
        model = {name}
        object = {object}
'''
REMAINDER_FIELD = "other_values = models.JSONField(default=dict, blank=True)"
REMAINDER = 'rest = mirrors.Remainder("other_values")'


def draft(about: Inspected) -> str:
    """The module's text."""
    names = Names()
    parts = [drafted(info, about, names) for info in _in_order(about.attributes)]
    info = about.object
    name = class_name(info.singular, info.slug)
    model = MODEL.format(
        name=name,
        doc=_plain(f"One of the {info.plural or info.slug} in Attio."),
        fields=_lines([*(one for part in parts for one in part.fields), REMAINDER_FIELD]),
        singular=quoted(info.singular or name),
        plural=quoted(info.plural or f"{name}s"),
        label=_label(parts, name),
    )
    mirror = MIRROR.format(
        name=name,
        bindings=_lines([*_left_out(parts), *(part.binding for part in parts if part.binding), REMAINDER]),
        object=quoted(info.slug),
    )
    key = _key(about.attributes, parts)
    return HEAD.format(object=_plain(info.slug)) + model + mirror + (f"        key = {quoted(key)}\n" if key else "")


def _in_order(attributes: Iterable[AttributeInfo]) -> list[AttributeInfo]:
    """Attio's order, names first where several want the same one: a text called `name` keeps it."""
    return sorted(attributes, key=lambda info: not re.fullmatch(r"[a-z][a-z0-9_]*", info.slug))


def _left_out(parts: Sequence[Drafted]) -> list[str]:
    """A comment that says which attributes have no field, and why."""
    reasons: dict[str, list[str]] = {}
    for part in parts:
        if part.left_out:
            reasons.setdefault(part.left_out, []).append(part.slug)
    text = "; ".join(f"{', '.join(slugs)} ({reason})" for reason, slugs in reasons.items())
    if not text:
        return []
    return [f"# {line}" for line in textwrap.wrap(_plain(f"Left to other_values: {text}."), 104)]


def _label(parts: Sequence[Drafted], name: str) -> str:
    """What a row calls itself: its name or title if it has one, else its first text."""
    labels = {part.slug: part.label for part in parts if part.label}
    best = next((labels[slug] for slug in ("name", "title") if slug in labels), next(iter(labels.values()), ""))
    default = f'f"{name} {{self.pk}}"'
    return f"{best} or {default}" if best else default


def _key(attributes: Iterable[AttributeInfo], parts: Sequence[Drafted]) -> str:
    """A unique attribute that has a field; one of a single value if there is one."""
    bound = {part.slug for part in parts if part.binding}
    unique = [info for info in attributes if info.unique and info.slug in bound]
    return next((info.slug for info in sorted(unique, key=lambda info: info.multi)), "")


def _lines(statements: Iterable[str]) -> str:
    return "".join(f"    {statement}\n" for statement in statements)


def _plain(text: str) -> str:
    """Text that ends no docstring and no comment."""
    return re.sub(r"[\\\s\"]+", " ", text)
