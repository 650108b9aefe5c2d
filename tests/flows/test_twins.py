"""A row with a key, and a record that takes the key after we looked for it: Attio refuses the create, we look again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from attio_mirror.models import Conflict, LinkState, OutboxState, Person, User
from attio_mirror.sync.push import keys, speak
from attio_mirror.testing import Attio

Between = Callable[[Callable[[], object]], None]


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Between:
    """Something happens once, after we looked for a key and before the create leaves."""

    def arrange(happens: Callable[[], object]) -> None:
        announce, waiting = speak._announce, [happens]

        def announced(*about: Any) -> bool:
            while waiting:
                waiting.pop()()
            return announce(*about)

        monkeypatch.setattr(speak, "_announce", announced)

    return arrange


def test_a_members_new_record_is_not_written_over(attio: Attio, between: Between) -> None:
    between(lambda: attio.create("people", name="Ann of Ben", email_addresses=["ann@example.com"], job_title="Boss"))
    ann = Person.objects.create(full_name="Ann", email_addresses=["ann@example.com"])
    attio.drain()
    [record] = attio.records("people")
    assert (record["name"], record["job_title"]) == ("Ann of Ben", "Boss")
    conflict = Conflict.objects.get()
    assert (conflict.slug, attio.state(ann)) == ("name", LinkState.CONFLICT)
    ann.refresh_from_db()
    assert (ann.full_name, ann.job_title) == ("Ann", "Boss")


def test_the_record_of_another_row_is_not_written_over(attio: Attio, between: Between) -> None:
    ann = Person.objects.create(full_name="Ann", email_addresses=["ann@example.com"])
    attio.drain()
    between(lambda: attio.edit(ann, email_addresses=["ann@example.com", "bob@example.com"]))
    bob = Person.objects.create(full_name="Bob", email_addresses=["bob@example.com"])
    attio.drain()
    attio.pull_all()
    assert [one["name"] for one in attio.records("people")] == ["Ann"]
    assert (attio.state(ann), attio.state(bob)) == (LinkState.IN_STEP, LinkState.REFUSED)
    assert "another row mirrors it" in attio.entry(bob).error["message"]


def test_a_record_attio_finds_and_we_do_not_is_still_found(attio: Attio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Attio may think two keys the same where we do not: then its own assert finds the record."""
    monkeypatch.setattr(keys, "_search", lambda *_: [])
    attio.create("people", name="Ann", email_addresses=["ann@example.com"])
    ann = Person.objects.create(full_name="Ann", email_addresses=["ann@example.com"])
    attio.drain()
    assert [(one.method, one.status) for one in attio.gate.writes()] == [("POST", 400), ("PUT", 200)]
    assert len(attio.records("people")) == 1
    assert attio.state(ann) == LinkState.IN_STEP


def test_a_mended_key_is_a_create_again(attio: Attio) -> None:
    """The other unique value is somebody else's: Attio's words; and once that is mended, nothing is asserted."""
    attio.create("users", user_id="u-1", primary_email_address="ann@example.com")
    user = User.objects.create(user_id="u-2", primary_email_address="ann@example.com")
    attio.drain()
    assert attio.entry(user).state == OutboxState.REFUSED
    assert attio.entry(user).error["slug"] == "primary_email_address"
    since = len(attio.gate.log)
    user.primary_email_address = "bob@example.com"
    user.save(update_fields=["primary_email_address"])
    attio.drain()
    writes = [(one.method, one.status) for one in attio.gate.log[since:] if one.path.endswith("users/records")]
    assert writes == [("POST", 200)]
    assert attio.state(user) == LinkState.IN_STEP
