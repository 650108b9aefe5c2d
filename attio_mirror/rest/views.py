"""The rows of the five objects: what each list can be narrowed by, searched for and ordered by."""

from __future__ import annotations

from typing import ClassVar

from ..models import Company, Deal, Person, User, Workspace
from .rows import filters
from .rows.objects import (
    CompanySerializer,
    DealSerializer,
    PersonSerializer,
    UserSerializer,
    WorkspaceSerializer,
)
from .rows.views import RowViewSet


class CompanyViewSet(RowViewSet[Company]):
    """Companies."""

    queryset = Company.objects.all()
    serializer_class = CompanySerializer
    ordered: ClassVar = ("pk", "name")
    filters: ClassVar = (
        *filters.standing(),
        filters.searching(["name", "description"]),
        *filters.text("name"),
        *filters.listed("domain", "domains"),
        *filters.pointing(Company, "team"),
    )


class PersonViewSet(RowViewSet[Person]):
    """People."""

    queryset = Person.objects.all()
    serializer_class = PersonSerializer
    ordered: ClassVar = ("pk", "full_name", "last_name")
    filters: ClassVar = (
        *filters.standing(),
        filters.searching(["full_name", "job_title"]),
        *filters.text("full_name"),
        *filters.text("job_title"),
        *filters.listed("email_address", "email_addresses"),
        *filters.pointing(Person, "company"),
    )


class UserViewSet(RowViewSet[User]):
    """Users of the host's product."""

    queryset = User.objects.all()
    serializer_class = UserSerializer
    ordered: ClassVar = ("pk", "user_id", "primary_email_address")
    filters: ClassVar = (
        *filters.standing(),
        filters.searching(["primary_email_address", "user_id"]),
        *filters.text("user_id"),
        *filters.text("primary_email_address"),
        *filters.pointing(User, "person"),
        *filters.pointing(User, "workspaces"),
    )


class WorkspaceViewSet(RowViewSet[Workspace]):
    """Workspaces of the host's product."""

    queryset = Workspace.objects.all()
    serializer_class = WorkspaceSerializer
    ordered: ClassVar = ("pk", "name", "workspace_id")
    filters: ClassVar = (
        *filters.standing(),
        filters.searching(["name", "workspace_id"]),
        *filters.text("name"),
        *filters.text("workspace_id"),
        *filters.pointing(Workspace, "company"),
        *filters.pointing(Workspace, "users"),
    )


class DealViewSet(RowViewSet[Deal]):
    """Deals."""

    queryset = Deal.objects.all()
    serializer_class = DealSerializer
    ordered: ClassVar = ("pk", "name", "value", "stage", "owner")
    filters: ClassVar = (
        *filters.standing(),
        filters.searching(["name"]),
        *filters.text("name"),
        *filters.money("value"),
        *filters.pointing(Deal, "stage"),
        *filters.pointing(Deal, "owner"),
        *filters.pointing(Deal, "associated_company"),
        *filters.pointing(Deal, "associated_people"),
    )
