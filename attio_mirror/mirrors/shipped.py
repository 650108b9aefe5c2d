"""The shipped mirrors: Attio's five standard objects, and the settings of its attributes."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from ..conf import conf
from ..models import ATTRIBUTES, Attribute, Company, Deal, Person, User, Workspace
from .attributes import Currency, PersonalName, Plain, Scalar
from .mirror import Mirror
from .references import Chosen, Owner, Reference
from .registry import registry
from .remainder import Remainder


class CompanyMirror(Mirror[Company]):
    """Attio's companies; a domain is unique, and multi: assert would only ever add to it."""

    name = Scalar()
    domains = Scalar()
    description = Scalar()
    team = Reference()
    rest = Remainder("other_values")

    class Meta:
        model = Company
        object = "companies"
        key = "domains"


class PersonMirror(Mirror[Person]):
    """Attio's people."""

    name = PersonalName()
    email_addresses = Scalar()
    job_title = Scalar()
    description = Scalar()
    company = Reference()
    rest = Remainder("other_values")

    class Meta:
        model = Person
        object = "people"
        key = "email_addresses"


class UserMirror(Mirror[User]):
    """Attio's users: the people who use the host's product."""

    user_id = Scalar()
    primary_email_address = Scalar()
    person = Reference()
    workspaces = Reference("workspace")
    rest = Remainder("other_values")

    class Meta:
        model = User
        object = "users"
        key = "user_id"


class WorkspaceMirror(Mirror[Workspace]):
    """Attio's workspaces: the accounts of the host's product."""

    workspace_id = Scalar()
    name = Scalar()
    users = Reference()
    company = Reference()
    avatar_url = Scalar()
    rest = Remainder("other_values")

    class Meta:
        model = Workspace
        object = "workspaces"
        key = "workspace_id"


class DealMirror(Mirror[Deal]):
    """Attio's deals. They have no unique attribute of their own (Attio's docs), so a create is bare.

    Unless one was made for them, DEAL_KEY: then it is the key, and a new row gets a random one in `other_values`.
    """

    name = Scalar()
    stage = Chosen(history=True)
    owner = Owner()
    value = Currency(currency_field="value_currency")
    associated_people = Reference()
    associated_company = Reference()
    rest = Remainder("other_values")

    class Meta:
        model = Deal
        object = "deals"

    def prepare(self, row: Deal) -> None:
        """The key is born with the row, so that whoever saves it whole saves it with its key."""
        if self.options.key in ("", *self.declared):
            return
        row.other_values = {self.options.key: str(uuid4()), **(row.other_values or {})}


class AttributeMirror(Mirror[Attribute]):
    """The settings of an attribute, as `PATCH /v2/{objects|lists}/…/attributes/…` takes them."""

    title = Plain()
    description = Plain()
    api_slug = Plain()
    is_required = Plain()
    is_unique = Plain()
    default_value = Plain()
    config = Plain()
    is_archived = Plain()

    class Meta:
        model = Attribute
        object = ATTRIBUTES
        ledger = False


SHIPPED = (CompanyMirror, PersonMirror, UserMirror, WorkspaceMirror, DealMirror, AttributeMirror)


def register_shipped() -> None:
    """Called before the hosts' mirrors are found; a host's own mirror of an object replaces ours."""
    DealMirror.options = replace(DealMirror.options, key=conf().deal_key)
    for mirror_class in SHIPPED:
        if registry.of_object(mirror_class.options.object) is None:
            registry.register(mirror_class)
            registry.replaceable.add(mirror_class.options.object)
