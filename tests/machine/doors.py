"""Two doors: the tenant at home, and in some runs a neighbour in whose Attio everything has the same ids.

What is typed next door says so, as a host's rows say whose they are; so whatever lies on the wrong side can be told.
Only e-mail addresses, domains and ids are the same on both sides: by those one might be taken for the other.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from attio_mirror.models import Connection

from .facets import MODELS

HOME, NEXT_DOOR = "default", "next-door"
ATTIO = {HOME: "https://api.attio.com", NEXT_DOOR: "https://attio.next-door.example"}
CONNECTIONS = {
    alias: {"TOKEN": f"token-of-{alias}", "WEBHOOK_SECRETS": [f"secret-of-{alias}"], "BASE_URL": url}
    for alias, url in ATTIO.items()
}
MARK = " next door"
FIRST_AMOUNT = {HOME: 0, NEXT_DOOR: 1_000_000}
"""Amounts cannot be marked; those of the neighbour are larger than any at home."""


def mark_of(alias: str) -> str:
    """What every text that is typed in a tenant ends with."""
    return MARK if alias == NEXT_DOOR else ""


def other_than(alias: str) -> str:
    """Where the neighbour of this one lives."""
    return HOME if alias == NEXT_DOOR else NEXT_DOOR


def alias_of(row: Any) -> str:
    """Whose a row is, by its name: what the host says of a new one."""
    return NEXT_DOOR if MARK in str(getattr(row, _named_by(type(row)))) else HOME


def rows_of(slug: str, of: Connection) -> models.QuerySet[Any]:
    """The rows of one tenant, by their names; no link is asked."""
    rows = MODELS[slug]._base_manager
    marked = {f"{_named_by(MODELS[slug])}__contains": MARK}
    return rows.filter(**marked) if of.alias == NEXT_DOOR else rows.exclude(**marked)


def _named_by(model: type[Any]) -> str:
    return "full_name" if model is MODELS["people"] else "name"
