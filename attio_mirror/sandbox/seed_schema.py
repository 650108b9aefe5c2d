"""What the demo adds to Attio's standard objects: an attribute of every type that can be created, and a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .answer import Json
from .world import World


@dataclass(frozen=True, slots=True)
class Custom:
    """A custom attribute to be made."""

    slug: str
    type: str
    title: str
    description: str | None = None
    multi: bool = False
    unique: bool = False
    config: Mapping[str, Any] = field(default_factory=dict)
    choices: Sequence[str] = ()


def money(code: str) -> dict[str, Any]:
    """The configuration of a currency attribute."""
    return {"currency": {"default_currency_code": code, "display_type": "symbol"}}


def pointing_at(*objects: str) -> dict[str, Any]:
    """The configuration of a record reference."""
    return {"record_reference": {"allowed_objects": list(objects)}}


SOURCES = ("Website", "Referral", "Conference 🎤", "Outbound", "Partner", "口コミ")
PRODUCTS = ("Core", "Insights 📊", "Vault", "Zusatzmodul Größe XL", "モバイル")
PAPERWORK = ("Not started", "With legal", "Redlines ✍️", "Signed")
TIERS = ("Strategic ⭐", "Growth", "Long tail")
LANGUAGES = ("English", "Français", "日本語", "العربية", "Українська")
PLANS = ("Free", "Team", "Enterprise 🏢")
RISKS = ("Low", "Medium", "High 🔥")
PHASES = ("Kick-off", "Importing data", "Training", "Live 🎉")

DEALS = (
    Custom("external_id", "text", "External ID", "The number of this deal in our own product", unique=True),
    Custom("next_step", "text", "Next step"),
    Custom("seats", "number", "Seats"),
    Custom("security_review_done", "checkbox", "Security review done"),
    Custom("setup_fee", "currency", "Setup fee", config=money("EUR")),
    Custom("contract_start", "date", "Contract start"),
    Custom("last_demo_at", "timestamp", "Last demo"),
    Custom("fit", "rating", "Fit"),
    Custom("paperwork", "status", "Paperwork", choices=PAPERWORK),
    Custom("lead_source", "select", "Lead source", choices=SOURCES),
    Custom("products", "select", "Products", multi=True, choices=PRODUCTS),
    Custom("champion", "record-reference", "Champion", config=pointing_at("people")),
    Custom("partners", "record-reference", "Partners", multi=True, config=pointing_at("companies", "people")),
    Custom("solutions_engineer", "actor-reference", "Solutions engineer"),
    Custom("watchers", "actor-reference", "Watchers", multi=True),
    Custom("billing_location", "location", "Billing location"),
    Custom("trial_domain", "domain", "Trial domain", multi=True),
    Custom("invoice_email", "email-address", "Invoices go to"),
    Custom("procurement_phone", "phone-number", "Procurement’s phone"),
)

COMPANIES = (
    Custom("tier", "select", "Tier", choices=TIERS),
    Custom("health", "rating", "Health"),
    Custom("account_manager", "actor-reference", "Account manager"),
    Custom("renews_on", "date", "Renews on"),
)
PEOPLE = (
    Custom("newsletter", "checkbox", "Newsletter"),
    Custom("languages", "select", "Languages", multi=True, choices=LANGUAGES),
)
WORKSPACES = (
    Custom("plan", "select", "Plan", choices=PLANS),
    Custom("seats", "number", "Seats"),
    Custom("mrr", "currency", "MRR", config=money("USD")),
)
USERS = (Custom("last_seen_at", "timestamp", "Last seen"),)

LIST = "onboarding"
ENTRIES = (
    Custom("phase", "status", "Phase", choices=PHASES),
    Custom("kick_off", "date", "Kick-off"),
    Custom("risk", "select", "Risk", choices=RISKS),
    Custom("success_manager", "actor-reference", "Success manager"),
    Custom("notes", "text", "Notes"),
)


def lay_out(world: World, member: str) -> str:
    """Make all of it, as this member in Attio's settings; the id of the list."""
    asked = {"name": "Onboarding 🚀", "api_slug": LIST, "parent_object": "deals"}
    access = {"workspace_access": "full-access", "workspace_member_access": []}
    made = world.ask_or_raise("POST", "/v2/lists", body={"data": {**asked, **access}}, member=member)
    for target, customs in (
        ("objects/deals", DEALS),
        ("objects/companies", COMPANIES),
        ("objects/people", PEOPLE),
        ("objects/workspaces", WORKSPACES),
        ("objects/users", USERS),
        (f"lists/{LIST}", ENTRIES),
    ):
        for custom in customs:
            _make(world, f"/v2/{target}/attributes", custom, member)
    return str(made["data"]["id"]["list_id"])


def _make(world: World, path: str, custom: Custom, member: str) -> None:
    world.ask_or_raise("POST", path, body={"data": _asked(custom)}, member=member)
    kind = "statuses" if custom.type == "status" else "options"
    for title in custom.choices:
        world.ask_or_raise("POST", f"{path}/{custom.slug}/{kind}", body={"data": {"title": title}}, member=member)


def _asked(custom: Custom) -> dict[str, Json]:
    return {
        "title": custom.title,
        "description": custom.description,
        "api_slug": custom.slug,
        "type": custom.type,
        "is_required": False,
        "is_unique": custom.unique,
        "is_multiselect": custom.multi,
        "config": dict(custom.config),
    }
