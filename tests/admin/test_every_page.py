"""Every page of the admin opens for those who may, and for nobody else, with the same few queries however many rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection as database
from django.db import models
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attio_mirror.models import (
    Alert,
    AttioList,
    AttributePolicy,
    BatchedEdit,
    Company,
    Conflict,
    Deal,
    InboxEntry,
    Option,
    OutboxEntry,
    OutboxState,
    Person,
    PushBatch,
    Sweep,
    User,
    Workspace,
)
from attio_mirror.testing import Attio

from .desk import Desk

MODELS = [model for model in apps.get_app_config("attio_mirror").get_models() if admin.site.is_registered(model)]
IDS = [model._meta.model_name for model in MODELS]


@pytest.fixture
def office(attio: Attio, deal: Deal) -> Attio:
    """At least one row of every model, in many states."""
    company = Company.objects.create(name="Acme", domains=["acme.example"])
    person = Person.objects.create(first_name="Ann", full_name="Ann", email_addresses=["ann@acme.example"])
    Workspace.objects.create(workspace_id="w1", name="Acme's", company=company)
    User.objects.create(user_id="u1", primary_email_address="ann@acme.example", person=person)
    attio.drain()
    OutboxEntry.objects.create(
        link=attio.link(deal), state=OutboxState.REFUSED, error={"message": "No.", "slug": "name"}, said={"name": "Tea"}
    )
    Conflict.objects.create(link=attio.link(deal), slug="name", base="Tea", ours="Our tea", theirs="Ben's tea")
    InboxEntry.objects.create(connection=attio.connection, idempotency_key="k1", body={"events": []})
    Sweep.objects.create(connection=attio.connection, object="deals")
    batch = PushBatch.objects.create(connection=attio.connection, object="deals", slug="name", state="released")
    BatchedEdit.objects.create(batch=batch, link=attio.link(deal), before="Tea", after="Coffee")
    AttributePolicy.objects.create(connection=attio.connection, object="deals", slug="value", policy="attio")
    Alert.objects.create(connection=attio.connection, kind="token", words="Refused.")
    AttioList.objects.get_or_create(connection=attio.connection, list_id="l1", slug="onboarding")
    return attio


def pages(model: type[models.Model]) -> dict[str, str]:
    """The addresses of a model's pages by kind."""
    opts, row = model._meta, model._base_manager.order_by("pk").last()
    name = f"admin:{opts.app_label}_{opts.model_name}"
    assert row is not None, f"the office has no {opts.verbose_name}"
    found = {kind: reverse(f"{name}_{kind}", args=[row.pk]) for kind in ("change", "history")}
    return found | {"changelist": reverse(f"{name}_changelist"), "add": reverse(f"{name}_add")}


def test_every_model_of_the_names_others_rely_on_has_pages() -> None:
    wanted = "Connection AttioObject AttioList Attribute Option Member Link OutboxEntry InboxEntry Conflict"
    wanted += " AttributeValue Sweep Workspace Deal Company Person User"
    assert {model.__name__ for model in MODELS} >= set(wanted.split())


def test_pages_open_for_a_superuser(office: Attio, desk: Desk) -> None:
    request = RequestFactory().get("/")
    request.user = desk.user
    for model in MODELS:
        may_add = admin.site.get_model_admin(model).has_add_permission(request)
        for kind, url in pages(model).items():
            wanted = 403 if kind == "add" and not may_add else 200
            assert desk.client.get(url).status_code == wanted, url


def test_pages_are_closed_to_staff_without_rights(office: Attio, clerk: Callable[..., Desk]) -> None:
    outsider = clerk()
    for url in (url for model in MODELS for url in pages(model).values()):
        assert outsider.client.get(url).status_code == 403, url


def test_pages_open_for_those_who_may_only_look(office: Attio, clerk: Callable[..., Desk]) -> None:
    viewer = clerk(*(f"view_{name}" for name in IDS))
    for kind, url in (pair for model in MODELS for pair in pages(model).items()):
        answer = viewer.client.get(url)
        assert answer.status_code == (403 if kind == "add" else 200), url
        assert b"Push now" not in answer.content
        assert b"attio-do" not in answer.content


def test_lists_ask_the_same_number_of_queries_however_many_rows(office: Attio, desk: Desk) -> None:
    for model in (model for model in MODELS if not model._meta.proxy):  # the operations page has a test of its own
        url = pages(model)["changelist"]
        desk.client.get(url)
        few = asked(desk, url)
        multiply(model)
        assert asked(desk, url) == few, url


def asked(desk: Desk, url: str) -> int:
    with CaptureQueriesContext(database) as queries:
        assert desk.client.get(url).status_code == 200
    return len(queries)


def multiply(model: type[models.Model]) -> None:
    """Eleven more rows like the newest, with what must be unique changed."""
    newest = model._base_manager.order_by("pk").last()
    assert newest is not None
    kept = ("object",) if model is AttributePolicy else ("object", "slug", "value_currency")
    for number in range(11):
        newest.pk = None
        newest._state.adding = True
        for field in model._meta.concrete_fields:
            if isinstance(field, models.CharField) and not field.choices and field.name not in kept:
                setattr(newest, field.attname, f"{number:08d}"[: field.max_length])
            elif field.unique and not field.primary_key:
                setattr(newest, field.attname, None)
        if hasattr(newest, "active_from"):
            newest.active_from = datetime(2020, 1, 1 + number, tzinfo=UTC)
        newest.save_base(raw=True, force_insert=True)


def test_pages_hold_no_inline_scripts_or_styles(office: Attio, desk: Desk, deal: Deal) -> None:
    for model in MODELS:
        for kind, url in pages(model).items():
            text = desk.client.get(url).content.decode()
            assert "<style" not in text, (kind, url)
            assert " style=" not in text, (kind, url)
            assert "<script>" not in text, (kind, url)
            assert " onclick=" not in text, (kind, url)


def test_the_token_is_on_no_page(office: Attio, desk: Desk) -> None:
    secrets = (office.connection.conf.token, *office.connection.conf.webhook_secrets)
    for model in MODELS:
        for url in pages(model).values():
            text = desk.client.get(url).content.decode()
            assert not any(secret in text for secret in secrets), url


def test_options_keep_their_order(attio: Attio, desk: Desk) -> None:
    page = desk.open(Deal)
    stages = list(Option.objects.filter(attribute__slug="stage").order_by("position").values_list("title", flat=True))
    assert [page.text.index(title) for title in stages] == sorted(page.text.index(title) for title in stages)
