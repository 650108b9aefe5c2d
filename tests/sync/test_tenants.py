"""Whose is what: rows narrowed to the connections a user may see, whatever their keys look like."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser, User

from attio_mirror.models import Connection, Link
from attio_mirror.sync.tenants import LEADS, may_see, narrowed, tenants_of
from attio_mirror.testing import Attio

from ..host.models import Author, Book, Paperback

pytestmark = pytest.mark.django_db


def of_the_second(user: Any) -> list[str] | None:
    """Bob's are those of the second tenant; Ada sees all."""
    return None if user.username == "ada" else ["second"]


@pytest.fixture
def told(settings: Any) -> None:
    settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, "TENANTS_OF_USER": f"{__name__}.of_the_second"}


def test_where_nothing_is_said_everybody_sees_all(attio: Attio) -> None:
    assert tenants_of(AnonymousUser()) is None
    assert may_see(User(username="bob"), "default")
    assert list(narrowed(Connection.objects.all(), User(username="bob"))) == [attio.connection]


def test_what_the_host_says_counts(attio: Attio, told: None) -> None:
    second = Connection.objects.create(alias="second")
    for name, seen in (("ada", [attio.connection, second]), ("bob", [second])):
        assert list(narrowed(Connection.objects.all(), User(username=name))) == seen
        assert may_see(User(username=name), "default") == (name == "ada")


def test_rows_are_narrowed_by_their_links_keys_of_any_kind(shop: Attio, told: None) -> None:
    rows = [Author.objects.create(name="Ursula"), Book.objects.create(isbn="1", title="Tea")]
    second = Connection.objects.create(alias="second")
    for row in rows:
        same: Any = type(row)._default_manager
        assert list(narrowed(same.all(), User(username="bob"))) == []
        Link.objects.for_rows(type(row), [row.pk]).update(connection=second)
        assert list(narrowed(same.all(), User(username="bob"))) == [row]


def test_a_child_of_a_mirrored_model_is_narrowed_as_its_parent(shop: Attio, told: None) -> None:
    paperback = Paperback.objects.create(isbn="2", title="Coffee")
    assert list(narrowed(Paperback.objects.all(), User(username="bob"))) == []
    assert list(narrowed(Paperback.objects.all(), User(username="ada"))) == [paperback]


def test_what_is_not_mirrored_is_nobodys_business(told: None) -> None:
    ada = User.objects.create(username="ada")
    assert list(narrowed(User.objects.all(), User(username="bob"))) == [ada]


def test_every_table_of_ours_leads_to_a_connection() -> None:
    """Else a new one would be shown to everybody."""
    mirrored = {"Deal", "Workspace", "Company", "Person", "User"}
    names = {model.__name__ for model in apps.get_app_config("attio_mirror").get_models()}
    narrowed_here = {model.__name__ for model in LEADS}
    assert names - mirrored - narrowed_here == {"SweptPage"}, "packed ids of a sweep: no page shows them"
