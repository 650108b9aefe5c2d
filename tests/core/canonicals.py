"""Canonical elements of every type for Hypothesis, and Attio's read shapes of them, written apart from the codecs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from attio_mirror.core.values import AttributeType

Json = Any
UUIDS = st.uuids().map(str)
SLUGS = st.from_regex(r"[a-z][a-z0-9_-]{0,12}", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
WORDS = st.from_regex(r"[A-Za-zäöüß東京ΑΣ][A-Za-z'’. -]{0,10}[a-z]", fullmatch=True)
DOMAINS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,10}(\.[a-zéß東][a-z0-9]{1,8}){1,3}", fullmatch=True)
EMAILS = st.builds(
    lambda local, domain: f"{local}@{domain}", st.from_regex(r"[a-z0-9.+_-]{1,12}", fullmatch=True), DOMAINS
)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
NINE = st.integers(0, 999_999_999).map("{:09d}".format)
STAMPS = st.builds(lambda at, nine: f"{at.replace(microsecond=0).isoformat()}.{nine}Z", st.datetimes(), NINE)


def _plain_float(number: float) -> str:
    text = f"{Decimal(repr(number)):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _money(ten_thousandths: int) -> str:
    sign, rest = ("-", -ten_thousandths) if ten_thousandths < 0 else ("", ten_thousandths)
    return f"{sign}{rest // 10000}.{rest % 10000:04d}".rstrip("0").rstrip(".")


_PART = st.none() | st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
_DEGREES = st.none() | st.sampled_from(["0", "37.331741", "-8.5", "+9.000000001", "90", "90.0"])
LOCATIONS = st.fixed_dictionaries(
    {
        **dict.fromkeys(("line_1", "line_2", "line_3", "line_4", "locality", "region", "postcode"), _PART),
        "country_code": st.none() | st.sampled_from(["US", "DE", "JP"]),
        "latitude": _DEGREES,
        "longitude": _DEGREES | st.just("-122.030333") | st.just("180"),
    }
)
NAMES = st.builds(
    lambda first, last: {"first_name": first, "last_name": last, "full_name": f"{first} {last}".strip()},
    WORDS,
    WORDS | st.just(""),
)
MEMBERS = UUIDS.map(lambda found: {"referenced_actor_type": "workspace-member", "referenced_actor_id": found})
ANYONE = MEMBERS | st.builds(
    lambda kind, found: {"referenced_actor_type": kind, "referenced_actor_id": found},
    st.sampled_from(["api-token", "system", "app"]),
    st.none() | UUIDS,
)
INTERACTIONS = st.builds(
    lambda kind, at, found: {
        "interaction_type": kind,
        "interacted_at": at,
        "owner_actor": {"type": "workspace-member", "id": found},
    },
    st.sampled_from(["email", "meeting", "call"]),
    STAMPS,
    UUIDS,
)

WRITABLE = {
    AttributeType.TEXT: TEXTS,
    AttributeType.NUMBER: FLOATS.map(_plain_float),
    AttributeType.CHECKBOX: st.booleans(),
    AttributeType.CURRENCY: st.integers(-(10**20), 10**20).map(_money),
    AttributeType.DATE: st.dates().map(str),
    AttributeType.TIMESTAMP: STAMPS,
    AttributeType.RATING: st.integers(0, 5),
    AttributeType.STATUS: UUIDS,
    AttributeType.SELECT: UUIDS,
    AttributeType.RECORD_REFERENCE: st.fixed_dictionaries({"target_object": SLUGS, "target_record_id": UUIDS}),
    AttributeType.ACTOR_REFERENCE: MEMBERS,
    AttributeType.LOCATION: LOCATIONS,
    AttributeType.DOMAIN: DOMAINS.map(str.lower),
    AttributeType.EMAIL: EMAILS.map(str.lower),
    AttributeType.PHONE: st.from_regex(r"\+[1-9][0-9]{4,14}", fullmatch=True),
    AttributeType.PERSONAL_NAME: NAMES,
}
"""What may be written, by type."""
ALL = {**WRITABLE, AttributeType.ACTOR_REFERENCE: ANYONE, AttributeType.INTERACTION: INTERACTIONS}
"""What may be read, by type."""


def typed(elements: dict[AttributeType, st.SearchStrategy[Any]]) -> st.SearchStrategy[tuple[AttributeType, Any]]:
    """Pairs of a type and an element of it."""
    return st.one_of([st.tuples(st.just(kind), found) for kind, found in elements.items()])


def as_read(kind: AttributeType, sent: Json) -> dict[str, Json]:
    """The value object Attio answers with for a value as we send it (API shapes: Attio's OpenAPI document)."""
    if kind in ("select", "status"):
        key = "option" if kind == "select" else "status"
        nobody = str(UUID(int=0))
        ids = {"workspace_id": nobody, "object_id": nobody, "attribute_id": nobody, f"{key}_id": sent[key]}
        return {key: {"id": ids, "title": "Whatever", "is_archived": False}}
    if kind == "phone-number":
        return {"original_phone_number": sent, "phone_number": sent, "country_code": "US"}
    if kind == "currency":
        amount = sent if isinstance(sent, str) else sent["currency_value"]
        return {"currency_value": amount, "currency_code": "USD"}
    if kind == "number" and isinstance(sent, str):
        return {"value": sent}
    if kind == "domain":
        return {**sent, "root_domain": sent["domain"]}
    if kind == "email-address":
        return {**sent, "original_email_address": sent["email_address"].upper()}
    return dict(sent)


def enveloped(value: dict[str, Json], active_from: str = "2026-01-01T00:00:00.000000000Z") -> dict[str, Json]:
    """A read value with what Attio wraps around it."""
    return {
        "active_from": active_from,
        "active_until": None,
        "created_by_actor": {"type": "system", "id": None},
        **value,
        "attribute_type": "text",
    }
