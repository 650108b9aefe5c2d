"""Two tenants side by side, and whose row is whose."""

from __future__ import annotations

from django.contrib.auth.models import User as Login

from attio_mirror.models import Option
from attio_mirror.testing import Attio

BOTH = {
    "north": {"TOKEN": "token-of-the-north", "BASE_URL": "https://north.example"},
    "south": {"TOKEN": "token-of-the-south", "BASE_URL": "https://south.example"},
}
Tenants = tuple[Attio, Attio]


def tenant_of(row: object) -> str:
    """As a host would spread its rows: by what they say."""
    return "north" if "north" in str(row).lower() else "south"


def northern(_user: Login) -> list[str]:
    """For TENANTS_OF_USER: everybody belongs to the north."""
    return ["north"]


def stage(of: Attio, title: str = "Lead") -> Option:
    """A tenant's own stage."""
    return Option.objects.get(title=title, attribute__slug="stage", attribute__connection=of.connection)
