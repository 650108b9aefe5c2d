"""What can be filtered by: the properties of each attribute type and the operators they know (Attio's docs, probes)."""

from __future__ import annotations

from dataclasses import dataclass

ORDER = frozenset({"$lt", "$lte", "$gt", "$gte"})
PARTS = frozenset({"$contains", "$starts_with", "$ends_with"})
EQ = frozenset({"$eq"})
FILLED = frozenset({"$not_empty"})


@dataclass(frozen=True, slots=True)
class Property:
    """One property: how its values compare, and with which operators."""

    kind: str
    """text (case ignored), exact, number, flag, date, moment, choice, phone."""
    operators: frozenset[str]


def _all(names: str, kind: str, operators: frozenset[str]) -> dict[str, Property]:
    return {name: Property(kind, operators) for name in names.split()}


_INTERACTION = Property("text", EQ | FILLED)
_ACTIVE_FROM = {"active_from": Property("moment", ORDER)}

PROPERTIES: dict[str, dict[str, Property]] = {
    "text": _all("value", "text", EQ | {"$in"} | PARTS | FILLED),
    "number": _all("value", "number", EQ | ORDER | FILLED),
    "rating": _all("value", "number", EQ | ORDER | FILLED),
    "currency": _all("currency_value", "number", EQ | ORDER | FILLED),
    "checkbox": _all("value", "flag", EQ),
    "date": _all("value", "date", EQ | ORDER | FILLED),
    "timestamp": _all("value", "moment", EQ | ORDER | FILLED),
    "select": _all("option", "choice", EQ | FILLED) | _ACTIVE_FROM,
    "status": _all("status", "choice", EQ) | _ACTIVE_FROM,
    "record-reference": _all("target_object", "object", EQ) | _all("target_record_id", "exact", EQ | {"$in"}),
    "actor-reference": _all("referenced_actor_type referenced_actor_id", "exact", EQ),
    "email-address": _all("email_address email_domain email_root_domain email_local_specifier", "text", EQ | PARTS),
    "domain": _all("domain root_domain", "text", EQ | FILLED | PARTS),
    "phone-number": _all("phone_number", "phone", EQ | PARTS) | _all("country_code", "text", EQ | FILLED),
    "location": (
        _all("line_1 line_2 line_3 line_4 locality region postcode", "text", EQ | PARTS)
        | _all("country_code", "text", EQ | {"$starts_with"})
    ),
    "personal-name": _all("full_name first_name last_name", "text", EQ | FILLED | PARTS),
    "interaction": {
        "interacted_at": Property("moment", EQ | ORDER | FILLED),
        "interaction_type": _INTERACTION,
        "owner_member_id": _INTERACTION,
    },
}
"""By attribute type; the first property is the one a bare value or operator means."""

COMPOSITE = frozenset({"record-reference", "actor-reference", "location"})
"""Types without a main property: a filter must name one."""

TOGETHER = {"actor-reference": frozenset({"referenced_actor_type", "referenced_actor_id"})}
"""Properties that only work side by side."""

ENTRY_PARENT = {"parent_record_id": Property("exact", EQ | {"$in"})}
"""What entries have besides attributes."""
