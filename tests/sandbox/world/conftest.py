"""A world with two people in it, and short words for asking."""

from __future__ import annotations

import pytest

from attio_mirror.sandbox.readings import Readings
from attio_mirror.sandbox.world import World

TOKEN = "w" * 64


class Asker:
    """Asks a world with one token, or as someone else."""

    def __init__(self, world):
        self.world = world
        self.who = {"token": TOKEN}
        self.events = []
        world.listeners.append(self.events.append)

    def ask(self, method, path, body=None, **query):
        return self.world.ask(method, f"/v2{path}", query=query, body=body, **self.who)

    def create(self, target, **values):
        return self.done("POST", f"/objects/{target}/records", {"data": {"values": values}})

    def write(self, target, record_id, method="PATCH", **values):
        return self.done(method, f"/objects/{target}/records/{record_id}", {"data": {"values": values}})

    def read(self, target, record_id):
        return self.done("GET", f"/objects/{target}/records/{record_id}")

    def done(self, method, path, body=None, **query):
        answer = self.ask(method, path, body, **query)
        assert answer.status == 200, answer.body
        return answer.body.get("data", answer.body)

    def refused(self, method, path, body=None, **query):
        answer = self.ask(method, path, body, **query)
        assert answer.status >= 400, answer.body
        return answer.status, answer.body["code"]

    def told(self):
        """The event types since last asked."""
        types = [event.event_type for event in self.events]
        self.events.clear()
        return types


def people(world):
    world.add_token(TOKEN)
    world.add_member("Ada", "Byron", "ada@acme.test")
    world.add_member("Ben", "Okri", "ben@acme.test", "member")
    return Asker(world)


@pytest.fixture
def ada():
    return people(World())


@pytest.fixture
def under():
    """A world that reads the open questions as said."""
    return lambda **answers: people(World(readings=Readings(**answers)))


def id_of(record):
    return record["id"]["record_id"]


def to(target, record):
    return {"target_object": target, "target_record_id": id_of(record)}
