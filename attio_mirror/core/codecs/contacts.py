"""domain, email-address and phone-number: text that Attio tidies, so we tidy it first and an echo is no change."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..errors import Json
from ..values import Element
from .base import InvalidValue, Names, Scalar
from .phones import international

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")


class DomainCodec(Scalar):
    """Attio drops scheme, path and query and lower-cases (Attio's docs); user, port and the root's dot go with them."""

    attribute_type = "domain"
    expected = "a domain, like example.com"
    wire_key = "domain"

    def clean(self, value: Json) -> Element:
        if not isinstance(value, str):
            raise self.invalid()
        head, scheme, rest = value.strip().lower().partition("://")
        authority = re.split(r"[/?#]", rest if scheme else head, maxsplit=1)[0]
        domain = authority.rpartition("@")[2].partition(":")[0].strip(".")
        if not domain or re.search(r"\s", domain):
            raise self.invalid()
        return domain


class EmailCodec(Scalar):
    """Attio compares and returns addresses in lower case; it keeps the original spelling beside them (Attio's docs)."""

    attribute_type = "email-address"
    expected = "an e-mail address, like ada@example.com"
    wire_key = "email_address"

    def clean(self, value: Json) -> Element:
        address = value.strip().lower() if isinstance(value, str) else ""
        if not _EMAIL.fullmatch(address):
            raise self.invalid()
        return address


class PhoneCodec:
    """E.164. A number without its + needs a country; we add the prefix ourselves, as Attio does."""

    def decode(self, wire: Mapping[str, Json]) -> Element:
        return self.clean(wire.get("phone_number") or wire.get("original_phone_number"), wire.get("country_code"))

    def encode(self, element: Element) -> Json:
        # Bare: Attio's docs want a country_code key in the object form, its OpenAPI document admits no null there.
        return element

    def parse(self, value: Json, _names: Names) -> Element:
        if not isinstance(value, Mapping):
            return self.clean(value, None)
        if not {"original_phone_number"} <= set(value) <= {"original_phone_number", "country_code"}:
            raise self.invalid()
        return self.clean(value["original_phone_number"], value.get("country_code"))

    def clean(self, number: Json, country: Json) -> str:
        found = international(number, country) if isinstance(number, str) and isinstance(country, str | None) else None
        if found is None:
            raise self.invalid()
        return found

    def invalid(self) -> InvalidValue:
        return InvalidValue("phone-number", "a number with its country prefix, like +15558675309")
