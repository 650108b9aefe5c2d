"""domain and email-address."""

from __future__ import annotations

import re
from collections.abc import Hashable
from functools import lru_cache
from typing import cast

from ..answer import Json
from ..codes import SECOND_LEVEL
from ..errors import Unfit
from ..nouns import Attribute, Element
from ..state import State
from .codec import Codec, as_text, unwrap

LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
DOMAIN = re.compile(rf"(?:{LABEL}\.)+(?!\d+$){LABEL}")
LOCAL = re.compile(r"[^\s@\"(),:;<>\[\]\\.]+(?:\.[^\s@\"(),:;<>\[\]\\.]+)*")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


class Domain(Codec):
    """A host name: scheme, path and query are cut off, letters lower-cased."""

    def read(self, raw: Json, _attribute: Attribute, _state: State) -> Element:
        return bare_domain(as_text(unwrap(raw, "domain")))

    def wire(self, element: Element, _attribute: Attribute, _state: State) -> dict[str, Json]:
        return {"domain": element, "root_domain": root(cast("str", element))}


class Email(Codec):
    """Stored with the spelling it came in; the same whatever its case."""

    def read(self, raw: Json, _attribute: Attribute, _state: State) -> Element:
        original = as_text(unwrap(raw, "email_address")).strip()
        local, at, domain = original.rpartition("@")
        if not at or not LOCAL.fullmatch(local) or not DOMAIN.fullmatch(domain):
            raise Unfit("Invalid email address.")
        return original.lower(), original

    def wire(self, element: Element, _attribute: Attribute, _state: State) -> dict[str, Json]:
        address, original = cast("tuple[str, str]", element)
        local, _, domain = address.rpartition("@")
        return {
            "original_email_address": original,
            "email_address": address,
            "email_domain": domain,
            "email_root_domain": root(domain),
            "email_local_specifier": local,
        }

    def identity(self, element: Element) -> Hashable:
        return cast("tuple[str, str]", element)[0]


def bare_domain(text: str) -> str:
    """The host of a domain, address or URL."""
    host = re.split(r"[/?#]", SCHEME.sub("", text.strip(), count=1), maxsplit=1)[0]
    host = host.rpartition("@")[2].partition(":")[0].rstrip(".").lower()
    if not DOMAIN.fullmatch(host):
        raise Unfit("Invalid domain.")
    return host


@lru_cache(maxsize=10_000)
def root(domain: str) -> str:
    """The registrable part."""
    labels = domain.split(".")
    keep = 3 if ".".join(labels[-2:]) in SECOND_LEVEL else 2
    return ".".join(labels[-keep:])
