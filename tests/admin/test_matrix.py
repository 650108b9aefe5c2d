"""Who may do what, on every page and with every action of the admin: found in the site, so that none is forgotten."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models
from django.test import Client, RequestFactory
from django.urls import reverse

from attio_mirror.testing import Attio

from ..http.people import ANONYMOUS, EDITOR, PEOPLE, SECRET, STAFF, STRANGER, VIEWER, enter, watched
from .site import ADMINS, CHANGES, LOOKS, Page, actions, one_of_each, pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(attio: Attio, settings: Any) -> dict[type[models.Model], models.Model]:
    settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, "TENANTS_OF_USER": "tests.http.people.tenants_of"}
    return one_of_each(attio)


def test_a_page_of_a_new_kind_is_put_into_the_matrix(house: dict[type[models.Model], models.Model]) -> None:
    kinds = {page.kind for page in pages(house)}
    assert kinds <= LOOKS | CHANGES
    assert kinds >= {"changelist", "change", "attio_deed", "attio_push", "attio_state", "attio_records"}
    names = {sent["action"] for _, sent in actions(house)}
    assert {"retry", "drop", "take_ours", "take_theirs", "push_now", "pull_now", "pause_or_resume"} <= names
    assert {"change_attribute", "approve", "refuse", "withdraw", "replay", "always_ours", "undecide"} <= names


@pytest.mark.parametrize("person", PEOPLE)
def test_pages_open_for_who_may_and_for_nobody_else(house: dict[type[models.Model], models.Model], person: str) -> None:
    client = enter(person)
    for page in pages(house):
        with watched() as written:
            answer = client.get(page.address)
        where = (person, page, answer.status_code, written)
        assert answer.status_code in expected(person, page), where
        assert not written, where
        assert person in (VIEWER, EDITOR) or SECRET not in answer.content.decode(), where


def expected(person: str, page: Page) -> set[int]:
    if person == ANONYMOUS:
        return {302}
    if person == STAFF:
        return {403}
    if person == STRANGER and page.is_of_one:
        return {302, 403}
    if page.kind in LOOKS:
        return {200}
    return {403} if person == VIEWER else {200, 403}


@pytest.mark.parametrize("person", [ANONYMOUS, STAFF, VIEWER, STRANGER])
def test_nobody_else_changes_anything_by_sending_what_a_button_would(
    house: dict[type[models.Model], models.Model], person: str
) -> None:
    client = enter(person)
    for page in pages(house):
        with watched() as written:
            answer = client.post(page.address, {"post": "yes", "name": "Oolong"})
        assert not written, (person, page, answer.status_code, written)
    for address, sent in actions(house):
        with watched() as written:
            answer = client.post(address, sent)
        assert not written, (person, address, sent, answer.status_code, written)


def test_the_editor_does_with_the_same_what_it_is_for(
    house: dict[type[models.Model], models.Model], attio: Attio
) -> None:
    """Else the test above could not fail."""
    client, done = enter(EDITOR), set()
    for address, sent in actions(house):
        with watched() as written:
            answer = client.post(address, sent)
        assert answer.status_code in (200, 302), (address, sent)
        done |= {sent["action"]} if written else set()
    assert {
        "retry",
        "drop",
        "take_ours",
        "take_theirs",
        "pull_now",
        "pause_or_resume",
        "approve",
        "refuse",
        "replay",
        "always_ours",
        "undecide",
    } <= done
    buttons = [page for page in pages(house) if page.kind == "attio_deed"]
    assert buttons
    others = [page for page in buttons if "/withdraw/" not in page.address]  # that is for who asked
    assert all(client.post(page.address).status_code == 302 for page in others)


@pytest.mark.parametrize("person", [VIEWER, STRANGER])
def test_what_is_offered_to_choose_from_is_of_the_users_tenant(
    house: dict[type[models.Model], models.Model], person: str
) -> None:
    client, seen = enter(person), ""
    for model, one in ADMINS.items():
        for name in one.get_autocomplete_fields(RequestFactory().get("/")):
            given = {"app_label": "attio_mirror", "model_name": str(model._meta.model_name), "field_name": name}
            query = {"term": "", **given}
            answer = client.get(reverse("admin:autocomplete"), query)
            assert answer.status_code == 200
            seen += answer.content.decode()
    assert (SECRET in seen) == (person == VIEWER)


@pytest.mark.parametrize("person", PEOPLE)
def test_the_entrance_lists_what_one_may_see(house: dict[type[models.Model], models.Model], person: str) -> None:
    client = enter(person)
    page = client.get(reverse("admin:index"), follow=True).content.decode()
    assert ("/admin/attio_mirror/deal/" in page) == (person in (VIEWER, EDITOR, STRANGER))
    listing = client.get(reverse("admin:app_list", args=["attio_mirror"]))
    assert listing.status_code == {ANONYMOUS: 302, STAFF: 404}.get(person, 200)
    assert isinstance(client, Client)
