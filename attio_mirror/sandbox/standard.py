"""The five standard objects with their system attributes, as Attio's docs and live recordings list them."""

from __future__ import annotations

from .nouns import AttioList, AttioObject, Attribute, Default, Option, Target
from .state import State

ALWAYS = ("people", "companies")
OPTIONAL = ("deals", "users", "workspaces")
NOUNS = {
    "people": ("Person", "People"),
    "companies": ("Company", "Companies"),
    "deals": ("Deal", "Deal"),
    "users": ("User", "Users"),
    "workspaces": ("Workspace", "Workspaces"),
}

SOCIAL = "angellist:text facebook:text instagram:text linkedin:text twitter:text twitter_follower_count:number:o"
CONTACT = (
    "first_calendar_interaction:interaction:o last_calendar_interaction:interaction:o "
    "next_calendar_interaction:interaction:o "
    "first_email_interaction:interaction:o last_email_interaction:interaction:o "
    "first_interaction:interaction:o last_interaction:interaction:o next_interaction:interaction:o "
    "strongest_connection_strength_legacy:number:o strongest_connection_strength:select:o "
    "strongest_connection_user:actor-reference:o"
)
ATTRIBUTES = {
    "people": (
        "name:personal-name email_addresses:email-address:um description:text company:record-reference job_title:text "
        f"avatar_url:text:o phone_numbers:phone-number:m primary_location:location {SOCIAL} {CONTACT} "
        "associated_deals:record-reference:m associated_users:record-reference:m"
    ),
    "companies": (
        "domains:domain:um name:text description:text team:record-reference:m categories:select:m "
        f"primary_location:location logo_url:text:o {SOCIAL} estimated_arr_usd:select funding_raised_usd:currency "
        f"employee_range:select foundation_date:date {CONTACT} "
        "associated_deals:record-reference:m associated_workspaces:record-reference:m"
    ),
    "deals": (
        "name:text:r stage:status:r owner:actor-reference:r value:currency associated_people:record-reference:m "
        "associated_company:record-reference"
    ),
    "users": (
        "primary_email_address:email-address:ru user_id:text:ru person:record-reference workspace:record-reference:m"
    ),
    "workspaces": ("workspace_id:text:ru name:text users:record-reference:m company:record-reference avatar_url:text"),
}
"""slug:type:flags; r required, u unique, m multi, o written by Attio only and without history."""

RELATIONSHIPS = (
    ("companies", "team", "people", "company"),
    ("deals", "associated_people", "people", "associated_deals"),
    ("deals", "associated_company", "companies", "associated_deals"),
    ("users", "person", "people", "associated_users"),
    ("users", "workspace", "workspaces", "users"),
    ("workspaces", "company", "companies", "associated_workspaces"),
)
OPTIONS = {
    "stage": ("Lead", "In Progress", "Won 🎉", "Lost"),
    "categories": ("B2B", "B2C", "SaaS", "E-commerce", "Finance", "Health Care", "Marketplace"),
    "estimated_arr_usd": ("<$1M", "$1M-$10M", "$10M-$50M", "$50M-$100M", "$100M-$250M", "$250M+"),
    "employee_range": ("1-10", "11-50", "51-250", "251-1K", "1K-5K", "5K-10K", "10K+"),
    "strongest_connection_strength": ("Very weak", "Weak", "Good", "Strong", "Very strong"),
}


def furnish(state: State, enabled: frozenset[str]) -> None:
    """Put the standard objects into a new workspace; deals, users and workspaces only where enabled."""
    for slug, (singular, plural) in NOUNS.items():
        if slug not in ALWAYS and slug not in enabled:
            continue
        born = state.clock.seen()
        target = AttioObject(state.ids.uuid(), slug, born, singular=singular, plural=plural, standard=True)
        state.objects.add(target)
        system_attribute(state, target, "record_id", "text", "uo")
        for row in ATTRIBUTES[slug].split():
            system_attribute(state, target, *row.split(":"))
        bookkeeping(state, target)
    for here, mine, there, yours in RELATIONSHIPS:
        _relate(state, here, mine, there, yours)
    state.disabled = frozenset(OPTIONAL) - enabled


def furnish_custom(state: State, target: AttioObject) -> None:
    """What a new custom object is born with."""
    system_attribute(state, target, "record_id", "text", "uo")
    if state.readings.custom_object_has_name:
        system_attribute(state, target, "name", "text")
    bookkeeping(state, target)


def furnish_list(state: State, target: AttioList) -> None:
    """The attributes every list entry has."""
    system_attribute(state, target, "entry_id", "text", "uo")
    bookkeeping(state, target)


def bookkeeping(state: State, target: Target) -> None:
    """When and by whom: filled on creation, read-only ever after, but with history like any value."""
    created_at = system_attribute(state, target, "created_at", "timestamp", "o")
    created_by = system_attribute(state, target, "created_by", "actor-reference", "o")
    created_at.default, created_by.default = Default(template="PT0S"), Default(template="current-user")
    for slug in ("record_id", "entry_id", "created_at", "created_by"):
        attribute = target.attributes.find(slug)
        if attribute is not None:
            attribute.historic = True


def system_attribute(state: State, target: Target, slug: str, kind: str, flags: str = "") -> Attribute:
    """One attribute from its row."""
    attribute = Attribute(
        state.ids.uuid(),
        slug,
        slug.replace("_", " ").capitalize(),
        kind,
        target.created_at,
        target,
        system=True,
        writable="o" not in flags,
        historic="o" not in flags,
        required="r" in flags,
        unique="u" in flags,
        multi="m" in flags,
    )
    for title in OPTIONS.get(slug, ()) if kind in ("status", "select") else ():
        option = Option(state.ids.uuid(), title, celebration_enabled=title.startswith("Won"))
        attribute.options[option.id] = option
    if kind == "currency":
        attribute.currency_code, attribute.display_type = "USD", "symbol"
    return target.attributes.add(attribute)


def _relate(state: State, here: str, mine: str, there: str, yours: str) -> None:
    """Tie two attributes together; where the other object is switched off, this one's side is not there."""
    one, other = state.objects.find(here), state.objects.find(there)
    left = one.attributes.find(mine) if one else None
    right = other.attributes.find(yours) if other else None
    if one and other and left and right:
        left.partner, right.partner = right, left
        left.allowed, right.allowed = [other.id], [one.id]
    elif one and left:
        one.attributes.remove(left)
    elif other and right:
        other.attributes.remove(right)
