"""For tests, ours and our hosts': a sandbox in the same process, and time in hand.

def test_a_saved_deal_reaches_attio(attio):           # pytest_plugins = ["attio_mirror.testing"]
    deal = Deal.objects.create(name="Tea", stage=attio.stage("Lead"), owner=attio.member("Ada"))
    attio.drain()
    assert attio.record(deal)["name"] == "Tea"
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F

from . import client
from .conf import ATTIO_ORIGIN
from .models import AttioList, AttioObject, Attribute, Connection, Link, Member, Option, OutboxEntry, RateBudget
from .models.flood import pour
from .sandbox import Gate, SandboxAdapter, WallClock, World
from .sync import schema
from .sync.connections import check, connection
from .sync.enumeration import is_enabled, mirrored
from .sync.pull import pull, pull_all
from .sync.push import Pumped, pump

PEOPLE = (("Ada", "Lovelace"), ("Ben", "Okri"), ("Chloé", "Dubois"))


@dataclass
class Attio:
    """A sandbox with three members (Ada, Ben, Chloé), mounted in the place of Attio, and a connection to it."""

    world: World
    gate: Gate
    connection: Connection
    members: dict[str, str] = field(default_factory=dict)
    """First name to member id."""

    # -- over here ------------------------------------------------------------------------------------------------

    def drain(self, *, patient: bool = True) -> Pumped:
        """Push until nothing more can be pushed. `patient` also waits out every back-off, without waiting."""
        total = Pumped()
        for _ in range(50):
            if patient:
                OutboxEntry.objects.filter(state__in=("waiting", "in_doubt")).update(not_before=F("created_at"))
            done = pump(self.connection.pk)
            total.settled += done.settled
            total.failed += done.failed
            total.blocked = done.blocked
            if not (done.settled or done.failed):
                return total
        return total

    def pass_time(self, seconds: float) -> None:
        """Let time pass for leases, back-offs and doubts, and on Attio's clock."""
        past = timedelta(seconds=seconds)
        self.world.clock.advance(seconds)
        for entry in OutboxEntry.objects.unfinished():
            entry.not_before -= past
            entry.sent_at = entry.sent_at and entry.sent_at - past
            entry.unsure_since = entry.unsure_since and entry.unsure_since - past
            entry.answered_at = entry.answered_at and entry.answered_at - past
            entry.save(update_fields=["not_before", "sent_at", "unsure_since", "answered_at"])
        for link in Link.objects.exclude(lease_until=None, synced_at=None):
            link.lease_until = link.lease_until and link.lease_until - past
            link.synced_at = link.synced_at and link.synced_at - past
            link.save(update_fields=["lease_until", "synced_at"])
        RateBudget.objects.update(arrival=F("arrival") - round(seconds * 1e6))
        for one in Connection.objects.exclude(quiet_until=None):
            Connection.objects.filter(pk=one.pk).update(quiet_until=one.quiet_until - past)  # type: ignore[operator]  # not None, by the filter

    def pull(self, *rows: models.Model) -> None:
        """Read the records of these rows again, those of an object together."""
        links = [self.link(row) for row in rows]
        for slug in dict.fromkeys(link.object for link in links):
            pull(self.connection, slug, [str(link.record_id) for link in links if link.object == slug])

    def pull_all(self) -> None:
        """Read everything that is mirrored and that Attio has."""
        for slug in mirrored():
            if is_enabled(self.connection, slug):
                pull_all(self.connection, slug)

    def refresh(self) -> None:
        """Read the schema again."""
        schema.refresh(self.connection)

    def link(self, row: models.Model) -> Link:
        """The link of a row."""
        return Link.objects.for_rows(type(row), [row.pk]).get()

    def state(self, row: models.Model) -> str:
        """The `LinkState` of a row."""
        return str(getattr(Link.objects.for_rows(type(row), [row.pk]).with_state().get(), "state"))  # noqa: B009  # annotated

    def entry(self, row: models.Model) -> OutboxEntry:
        """The newest outbox entry of a row."""
        return OutboxEntry.objects.filter(link=self.link(row)).latest("pk")

    def stage(self, title: str) -> Option:
        """A stage of deals."""
        return Option.objects.get(title=title, attribute__slug="stage", attribute__object__slug="deals")

    def member(self, first_name: str) -> Member:
        """A member of the tenant."""
        return Member.objects.get(first_name=first_name)

    # -- over there -----------------------------------------------------------------------------------------------

    def record(self, row: models.Model) -> dict[str, Any]:
        """What Attio holds for a row, as `plain` shows it."""
        link = self.link(row)
        return self.there(link.object, str(link.record_id))

    def there(self, object_slug: str, record_id: str) -> dict[str, Any]:
        """What Attio holds for a record: slug to a bare value, or a list of them where Attio's attribute is multi."""
        body = self.ask("GET", f"/v2/objects/{object_slug}/records/{record_id}")
        return {slug: plain(values) for slug, values in body["data"]["values"].items()}

    def records(self, object_slug: str) -> list[dict[str, Any]]:
        """All of Attio's records of an object, as `there` shows them."""
        body = self.ask("POST", f"/v2/objects/{object_slug}/records/query", {"limit": 500})
        return [{slug: plain(values) for slug, values in one["values"].items()} for one in body["data"]]

    def edit(self, row: models.Model, by: str = "Ben", **values: Any) -> None:
        """A member changes the row's record in Attio."""
        link = self.link(row)
        self.ask("PUT", f"/v2/objects/{link.object}/records/{link.record_id}", {"data": {"values": values}}, by=by)

    def create(self, object_slug: str, by: str = "Ben", **values: Any) -> str:
        """A member makes a record in Attio; its id."""
        body = self.ask("POST", f"/v2/objects/{object_slug}/records", {"data": {"values": values}}, by=by)
        return str(body["data"]["id"]["record_id"])

    def delete(self, row: models.Model, by: str = "Ben") -> None:
        """A member deletes the row's record in Attio."""
        link = self.link(row)
        self.ask("DELETE", f"/v2/objects/{link.object}/records/{link.record_id}", by=by)

    def ask(self, method: str, path: str, body: Any = None, *, by: str = "Ada", **query: str) -> Any:
        """A request of a member, past the gate and its faults; raises AssertionError where Attio refuses."""
        return self.world.ask_or_raise(method, path, query=query, body=body, member=self.members[by])


def plain(values: list[dict[str, Any]]) -> Any:
    """Attio's values without their envelope: [] → None, one → itself, several → a list."""
    bare = [_bare(value) for value in values]
    return None if not bare else bare[0] if len(bare) == 1 else bare


def _bare(value: dict[str, Any]) -> Any:
    chosen = value.get("status") or value.get("option")
    if chosen:
        return chosen["title"]
    for name in ("value", "currency_value", "domain", "email_address", "phone_number", "target_record_id", "full_name"):
        if name in value:
            return value[name]
    if "referenced_actor_id" in value:
        return value["referenced_actor_id"]
    return value


SCHEMA: tuple[type[models.Model], ...] = (AttioObject, AttioList, Attribute, Option, Member, Link)
_remembered: dict[str, list[tuple[type[models.Model], list[str], list[tuple[Any, ...]]]]] = {}


def mirror_schema(of: Connection, like: str) -> None:
    """Mirror the schema of a world that is always built alike: read the first time, copied from then on.

    Worlds give the same ids for the same steps, so what a process has read once holds for its next test, too.
    """
    known = _remembered.get(like)
    if known is None or of.alias != "default":
        schema.refresh(of)
        if of.alias == "default":
            _remembered[like] = [_copy(model, of) for model in SCHEMA]
        return
    here = {"connection_id": of.pk, "content_type_id": ContentType.objects.get_for_model(Attribute).pk}
    for model, names, rows in known:
        pour(model, names, [tuple(map(here.get, names, row)) for row in rows])


def _copy(model: type[models.Model], of: Connection) -> tuple[type[models.Model], list[str], list[tuple[Any, ...]]]:
    names = [field.attname for field in model._meta.concrete_fields]
    return model, names, list(_of_connection(model, of).values_list(*names))


def _of_connection(model: type[models.Model], of: Connection) -> models.QuerySet[Any]:
    return model._default_manager.filter(**{"attribute__connection" if model is Option else "connection": of})


@contextmanager
def sandboxed(alias: str = "default", world: World | None = None) -> Iterator[Attio]:
    """Mount a sandbox in the place of Attio for one connection of the settings. Needs the database."""
    of = connection(alias)
    world_is_ours = world is None
    world = world or World(clock=WallClock())
    gate = Gate(world)
    members = {first: world.add_member(first, last, f"{first.lower()}@example.com") for first, last in PEOPLE}
    world.add_token(of.conf.token)
    client.mount(of.conf.base_url or ATTIO_ORIGIN, SandboxAdapter(gate))
    try:
        check(of)
        if world_is_ours:
            mirror_schema(of, "a fresh world")
        else:
            schema.refresh(of)
        yield Attio(world, gate, of, members)
    finally:
        client.unmount(of.conf.base_url or ATTIO_ORIGIN)
