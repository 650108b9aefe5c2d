"""Five people at the same door, and a mirror with something of everything to look at and to spoil."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import Permission, User
from django.db import connection, models, transaction
from django.test import Client

from attio_mirror.models import (
    Alert,
    AttioList,
    AttributePolicy,
    BatchedEdit,
    Company,
    Conflict,
    Connection,
    Deal,
    InboxEntry,
    Option,
    OutboxEntry,
    OutboxState,
    Person,
    PushBatch,
    RateBudget,
    Sweep,
    SweepState,
    Workspace,
)
from attio_mirror.models import User as MirroredUser
from attio_mirror.testing import Attio

ANONYMOUS, STAFF, VIEWER, EDITOR, STRANGER = "anonymous", "staff", "viewer", "editor", "stranger"
PEOPLE = (ANONYMOUS, STAFF, VIEWER, EDITOR, STRANGER)
"""Nobody; staff without rights; who may see everything; who may do everything; the same of another tenant."""
SECRET = "Darjeeling"
"""Stands in every row of the first tenant, and on no page for a stranger."""


def enter(name: str) -> Client:
    """The browser of one of them."""
    client = Client(raise_request_exception=True)
    if name == ANONYMOUS:
        return client
    user = User.objects.create_user(name, is_staff=True)
    if name != STAFF:
        rights = Permission.objects.filter(content_type__app_label="attio_mirror")
        user.user_permissions.set(rights.filter(codename__startswith="view_") if name == VIEWER else rights)
    client.force_login(user)
    return client


def tenants_of(user: User) -> Iterable[str]:
    """For TENANTS_OF_USER: the stranger belongs to another tenant, everybody else to the first."""
    return ["other"] if user.get_username() == STRANGER else ["default"]


def furnish(attio: Attio) -> dict[type[models.Model], models.Model]:
    """At least one row of every model, all of the first tenant; that of each model which is good to act on."""
    Connection.objects.create(alias="other")
    Connection.objects.filter(pk=attio.connection.pk).update(workspace_name=f"{SECRET} Inc")
    company = Company.objects.create(name=f"{SECRET} Ltd", domains=["acme.example"])
    person = Person.objects.create(full_name=f"{SECRET} Ann", email_addresses=["ann@acme.example"])
    space = Workspace.objects.create(workspace_id="w1", name=f"{SECRET} space", company=company)
    user = MirroredUser.objects.create(user_id=SECRET, primary_email_address="ann@acme.example", person=person)
    deal = Deal.objects.create(name=f"{SECRET} tea", stage=attio.stage("Lead"), owner=attio.member("Ada"))
    attio.drain()
    link = attio.link(deal)
    refused = OutboxEntry.objects.create(
        link=link, state=OutboxState.REFUSED, waiting_slot=link.pk, error={"message": f"{SECRET}!", "slug": "name"}
    )
    values = {"base": "tea", "ours": f"{SECRET} tea", "theirs": f"{SECRET} coffee"}
    conflict = Conflict.objects.create(link=link, slug="name", open_slot=Conflict.slot(link.pk, "name"), **values)
    inbox = InboxEntry.objects.create(
        connection=attio.connection, idempotency_key=SECRET, body={"events": []}, state="failed"
    )
    sweep = Sweep.objects.create(
        connection=attio.connection, object="deals", running_slot=f"{attio.connection.pk}:full:deals", error=SECRET
    )
    AttioList.objects.create(connection=attio.connection, list_id="l1", slug="onboarding", name=f"{SECRET} list")
    batch = PushBatch.objects.create(connection=attio.connection, object="deals", slug="value", state="held")
    BatchedEdit.objects.create(
        batch=batch, link=link, state="held", held_slot=BatchedEdit.slot(link.pk, "value"), reason=f"{SECRET}!"
    )
    Alert.objects.create(connection=attio.connection, kind="token", words=SECRET)
    AttributePolicy.objects.create(connection=attio.connection, object="deals", slug="value", policy="attio")
    RateBudget.objects.get_or_create(connection=attio.connection, kind="read")
    special: list[models.Model] = [company, person, space, user, deal, refused, conflict, inbox, sweep, link, batch]
    special += [attio.connection, Option.objects.filter(attribute__slug="stage").first() or sweep]
    return {type(row): row for row in special}


@contextmanager
def watched() -> Iterator[list[str]]:
    """What was written to tables of ours meanwhile; all of it is undone at the end.

    To open a record is to ask for its history, whoever does it: wishes are no change.
    """
    written: list[str] = []

    def note(execute: Any, sql: str, params: Any, *more: Any) -> Any:
        is_change = re.match("INSERT|UPDATE|DELETE", sql) and "attio_mirror_historywish" not in sql
        if is_change and "attio_mirror_" in sql:
            written.append(f"{sql} {params}")
        return execute(sql, params, *more)

    with transaction.atomic(), connection.execute_wrapper(note):
        yield written
        transaction.set_rollback(True)


def resumable(sweep: Any) -> None:
    """Let a sweep be in a state from which it can go on."""
    Sweep.objects.filter(pk=sweep.pk).update(state=SweepState.PAUSED)
