"""The scene: a small Attio workspace, the mirror of it, and one clock. Built once for all runs of a test."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import pytest
from django.conf import settings
from django.db import connection as database
from django.test import override_settings

from attio_mirror import client
from attio_mirror.mirrors.registry import registry
from attio_mirror.models import Connection
from attio_mirror.sandbox import Gate, World
from attio_mirror.sync import schema, wake
from attio_mirror.sync.connections import check, connection

from .clock import OtherClock, Time
from .doors import ATTIO, CONNECTIONS, HOME, alias_of, mark_of
from .facets import FACETS, MODELS, Facet
from .meddling import MeddledAdapter
from .names import CUSTOM, Names
from .pool import replace_pool

KEPT = {
    "deals": "record_id name stage owner value associated_people associated_company created_at created_by",
    "people": "record_id name email_addresses job_title company associated_deals created_at created_by",
    "companies": "record_id name domains team associated_deals created_at created_by",
}
"""Attributes nobody edits cost time and prove nothing."""
CROWDED = {"BATCH": 3, "THREADS": 2}
"""So that of the few rows of a run some are prepared and settled while others are out."""
PLANS = tuple("ABCDEF")
STAGES = ("Five", "Six", "Seven", "Eight")


class Shape(StrEnum):
    """What of the schema an admin over there changes."""

    NEW_OPTION = "new option"
    RENAMED_OPTION = "renamed option"
    ARCHIVED_OPTION = "archived option"
    NEW_ATTRIBUTE = "new attribute"
    RENAMED_ATTRIBUTE = "renamed attribute"
    NEW_SLUG = "new slug"
    PASSED_ON = "slug passed on"


@dataclass
class Scene:
    """One run's Attio and what connects us to it."""

    world: World
    gate: Gate
    connection: Connection
    names: Names
    time: Time
    members: list[str]
    token: str
    """The client id that our writes are signed with."""

    @property
    def mark(self) -> str:
        """What all that is typed here ends with."""
        return mark_of(self.connection.alias)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """A request of a member, past all faults."""
        return self.world.ask_or_raise(method, f"/v2/objects/{path}", body=body, member=self.members[1])

    def records(self, slug: str) -> dict[str, dict[str, Any]]:
        """The values of all records of an object, by record id, oldest first."""
        found = self.ask("POST", f"{slug}/records/query", {"limit": 500})["data"]
        return {one["id"]["record_id"]: one["values"] for one in found}

    def held(self, facet: Facet, record: dict[str, Any]) -> list[str]:
        """What the values of a record say of one facet."""
        return facet.there(record.get(self.names.there(facet).slug, ()))

    def options(self, slug: str, attribute: str) -> list[str]:
        """The ids of an attribute's options or statuses."""
        found = self.world.objects.find(slug).attributes.find(attribute)  # type: ignore[union-attr]  # of this scene
        options = found.options.values()  # type: ignore[union-attr]  # of this scene
        return [option.id for option in options if not option.is_archived]

    def reshape(self, shape: Shape, which: int, n: int) -> None:
        """Change the schema; what Attio refuses stays as it is."""
        facet, kind = ((FACETS["deals.stage"], "statuses"), (FACETS["deals.plan"], "options"))[which % 2]
        attribute = self.names.there(facet).slug
        options = self.options("deals", attribute)
        path = f"attributes/{attribute}/{kind}"
        match shape:
            case Shape.NEW_OPTION:
                self._arrange("POST", "deals", path, {"title": f"option {n}{self.mark}"})
            case Shape.RENAMED_OPTION:
                self._arrange(
                    "PATCH", "deals", f"{path}/{options[which % len(options)]}", {"title": f"option {n}{self.mark}"}
                )
            case Shape.ARCHIVED_OPTION if len(options) > 2:
                self._arrange("PATCH", "deals", f"{path}/{options[which % len(options)]}", {"is_archived": True})
            case Shape.NEW_ATTRIBUTE:
                self._add("companies", f"new_{n}", n)
            case Shape.RENAMED_ATTRIBUTE:
                note = self.names.there(FACETS["companies.note"]).slug
                self._arrange("PATCH", "companies", f"attributes/{note}", {"title": f"note {n}{self.mark}"})
            case Shape.NEW_SLUG | Shape.PASSED_ON:
                slug, name, *_ = CUSTOM[which % len(CUSTOM)]
                before = self.names.there(FACETS[f"{slug}.{name}"]).slug
                self._arrange("PATCH", slug, f"attributes/{before}", {"api_slug": f"{name}_{n}"})
                if shape == Shape.PASSED_ON:
                    self._add(slug, before, n)

    def _add(self, slug: str, api_slug: str, n: int) -> None:
        asked = {"title": f"new {n}{self.mark}", "api_slug": api_slug, "type": "text", "is_multiselect": False}
        more = {"description": None, "is_required": False, "is_unique": False, "config": {}}
        self._arrange("POST", slug, "attributes", asked | more)

    def _arrange(self, method: str, slug: str, path: str, asked: dict[str, Any]) -> None:
        self.world.ask(method, f"/v2/objects/{slug}/{path}", body={"data": asked}, member=self.members[0])


def furnished(time: Time, ahead: float, alias: str = HOME) -> Scene:
    """A world with the same ids every time and behind every door, mounted nowhere."""
    of = connection(alias)
    world = World(clock=OtherClock(time, ahead), enabled=("deals",))
    members = [world.add_member(name, "", f"{name}@example.com") for name in ("ada", "ben", "cleo")]
    token = world.add_token(of.conf.token)
    for slug, kept in KEPT.items():
        attributes = world.objects.find(slug).attributes  # type: ignore[union-attr]  # a standard object
        for attribute in [each for each in attributes if each.slug not in kept.split()]:
            attributes.remove(attribute)
    for slug, name, kind, multi in CUSTOM:
        asked = {"title": name, "api_slug": name, "type": kind, "is_multiselect": multi, "description": None}
        body = {"data": {**asked, "is_required": False, "is_unique": False, "config": {}}}
        world.ask_or_raise("POST", f"/v2/objects/{slug}/attributes", body=body, member=members[0])
    for attribute, kind, titles in (("plan", "options", PLANS), ("stage", "statuses", STAGES)):
        for title in titles:
            path = f"/v2/objects/deals/attributes/{attribute}/{kind}"
            world.ask_or_raise("POST", path, body={"data": {"title": title}}, member=members[0])
    return Scene(world, Gate(world), of, Names(world.objects, of), time, members, token)


@contextmanager
def mounted(adapter: MeddledAdapter, alias: str = HOME) -> Iterator[None]:
    """This one answers in the place of Attio."""
    client.mount(ATTIO[alias], adapter)
    try:
        yield
    finally:
        client.unmount(ATTIO[alias])


def learn_schema(scene: Scene) -> None:
    """Mirror who we are over there, and how its objects look."""
    with mounted(MeddledAdapter.silent(scene.gate), scene.connection.alias):
        check(scene.connection)
        schema.refresh(scene.connection)
        scene.connection.refresh_from_db()


class Image:
    """The database as it is, the counters of its keys included: a copy of SQLite's pages, which is quick."""

    def __init__(self) -> None:
        self.pages = sqlite3.connect(":memory:")
        database.connection.backup(self.pages)

    def restore(self) -> None:
        """Make the database what it was."""
        self.pages.backup(database.connection)


@contextmanager
def built(monkeypatch: pytest.MonkeyPatch) -> Iterator[Time]:
    """Mirror the schema, and nothing else, for all runs of a test."""
    time = Time()
    time.rules(monkeypatch)
    replace_pool(monkeypatch)
    monkeypatch.setattr(wake, "enqueue", lambda *_: None)  # work comes when the schedule says so
    monkeypatch.setattr(registry, "_by_object", {slug: registry.of_object(slug) for slug in MODELS})
    monkeypatch.setattr(registry, "_by_model", {model: registry.of_model(model) for model in MODELS.values()})
    with database.cursor() as cursor:
        cursor.execute("PRAGMA synchronous = OFF")
        cursor.execute("UPDATE sqlite_sequence SET seq = 0")  # the test before this one counted on
    for slug in MODELS:
        monkeypatch.setattr(registry.of_object(slug), "connection_for", alias_of)
    learn_schema(furnished(time, 0))
    with override_settings(ATTIO_MIRROR={**settings.ATTIO_MIRROR, **CROWDED, "CONNECTIONS": CONNECTIONS}):
        yield time


@contextmanager
def declared(**options: Any) -> Iterator[None]:
    """The mirrors of this test, with other words in their `Meta`."""
    mirrors = [type(registry.of_object(slug)) for slug in MODELS]
    before = [mirror.options for mirror in mirrors]  # type: ignore[union-attr]  # registered
    for mirror in mirrors:
        mirror.options = replace(mirror.options, **options)  # type: ignore[union-attr]  # registered
    try:
        yield
    finally:
        for mirror, old in zip(mirrors, before, strict=True):
            mirror.options = old  # type: ignore[union-attr]  # registered
