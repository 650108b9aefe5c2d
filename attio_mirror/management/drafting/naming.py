"""Names that Python, Django and a mirror accept, out of whatever people called things in Attio."""

from __future__ import annotations

import json
import keyword
import re
import unicodedata

from django.db import models

from attio_mirror.mirrors import Mirror

RESERVED = frozenset({*dir(models.Model), *dir(Mirror), *keyword.kwlist, "id", "objects", "rest", "other_values"})


class Names:
    """The names one model has given away."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def field(self, slug: str) -> str:
        """A field's name for a slug: as it is wherever it can be."""
        base = re.sub(r"[\W_]+", "_", _ascii(slug)).strip("_").lower() or "attribute"
        if base[0].isdigit():
            base = f"attribute_{base}"
        if base in RESERVED:
            base = f"{base}_value"
        name, number = base, 2
        while {name, f"{name}_id"} & self._taken:
            name, number = f"{base}_{number}", number + 1
        self._taken |= {name, f"{name}_id"}
        return name


def class_name(noun: str, slug: str) -> str:
    """A class's name for an object: from its noun, else from its slug."""
    for text in (noun, slug):
        words = re.findall(r"[A-Za-z0-9]+", _ascii(text))
        name = "".join(word[0].upper() + word[1:] for word in words)
        if name:
            return f"Record{name}" if name[0].isdigit() or keyword.iskeyword(name) else name
    return "Record"


def quoted(text: str) -> str:
    """A Python string with double quotes."""
    return json.dumps(text, ensure_ascii=False)


def call(function: str, arguments: list[str], *, indent: int = 4, width: int = 110) -> str:
    """A call on one line, or on several where it is too long."""
    line = f"{function}({', '.join(arguments)})"
    if len(line) + indent <= width:
        return line
    inner = "".join(f"{' ' * (indent + 4)}{argument},\n" for argument in arguments)
    return f"{function}(\n{inner}{' ' * indent})"


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
