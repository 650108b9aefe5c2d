"""Who is in a seeded workspace, and where to find what came to be."""

from __future__ import annotations

from dataclasses import dataclass, field

from .world import World

TOKEN = "sandbox-token-".ljust(64, "0")
"""Attio's keys have 64 characters; this one opens nothing but a sandbox."""

MEMBERS = (
    ("ada", "Ada", "Lindqvist", "admin"),
    ("ben", "Ben", "Okonjo-Reyes", "admin"),
    ("chloe", "Chloé", "Martel-Nguyễn", "member"),
    ("daryna", "Дарина", "Ковальчик", "member"),
    ("emi", "恵美", "小鳥遊", "member"),
    ("farah", "فرح", "الزنبقي", "member"),
)


@dataclass(slots=True)
class Demo:
    """What a test or a tutorial needs to begin; ids stand in the order in which things came to be."""

    token: str
    client_id: str
    members: dict[str, str]
    """ada, ben, chloe, daryna, emi, farah → workspace member id."""
    companies: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    deals: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    workspaces: list[str] = field(default_factory=list)
    list_id: str = ""


def cast(world: World, token: str) -> Demo:
    """The six members and a token, nothing else."""
    members = {
        key: world.add_member(first, last, f"{key}@acme.example", access_level=level)
        for key, first, last, level in MEMBERS
    }
    return Demo(token, world.add_token(token), members)
