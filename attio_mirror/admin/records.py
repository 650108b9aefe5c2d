"""Deals, workspaces, companies, people and users."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.safestring import SafeString

from ..models import Company, Deal, Person, User, Workspace
from .ages import Aged, CreatedFilter, InStageFilter
from .asking import amount_filter, reference_filter
from .badges import option_badge
from .filters import MemberFilter, StateFilter, option_filter
from .mirrored import MirroredAdmin
from .pipeline import Pipelined
from .wording import amount


class RecordAdmin(MirroredAdmin):
    """What the five have in common: newest first, by the primary key's index."""

    ordering = ("-pk",)
    list_filter: ClassVar[Any] = (StateFilter, CreatedFilter)


@admin.register(Deal)
class DealAdmin(Pipelined, Aged, RecordAdmin):
    """Deals."""

    list_display = ("name", "stage_badge", "attio_state", "in_stage", "money", "owner", "associated_company")
    list_filter = (
        StateFilter,
        option_filter("stage"),
        InStageFilter,
        MemberFilter,
        reference_filter("associated_company", "company"),
        amount_filter("value"),
        CreatedFilter,
    )
    list_select_related = ("stage", "owner", "associated_company")
    in_file: ClassVar[Any] = {"money": ("value", "value_currency"), "in_stage": ("days_in_stage",)}
    search_fields = ("name",)
    autocomplete_fields = ("associated_company", "associated_people")
    one_line = ("name",)
    fieldsets = ((None, {"fields": ("name", "stage", "owner", "value", "associated_company", "associated_people")}),)

    @admin.display(description="Stage", ordering="stage__position")
    def stage_badge(self, deal: Deal) -> SafeString | str:
        """The stage, in its colour."""
        return option_badge(deal.stage)

    @admin.display(description="Value", ordering="value")
    def money(self, deal: Deal) -> str:
        """Amount and currency."""
        return "" if deal.value is None else amount(deal.value, deal.value_currency)


@admin.register(Workspace)
class WorkspaceAdmin(RecordAdmin):
    """Workspaces: the accounts of the host's product."""

    list_display = ("__str__", "workspace_id", "company", "attio_state")
    list_filter = (*RecordAdmin.list_filter, reference_filter("company"))
    list_select_related = ("company",)
    search_fields = ("name", "workspace_id")
    autocomplete_fields = ("company", "users")
    one_line = ("name", "avatar_url")
    fieldsets = ((None, {"fields": ("workspace_id", "name", "company", "users", "avatar_url")}),)


@admin.register(Company)
class CompanyAdmin(RecordAdmin):
    """Companies."""

    list_display = ("__str__", "domain_names", "attio_state")
    search_fields = ("name",)
    autocomplete_fields = ("team",)
    one_line = ("name",)
    fieldsets = ((None, {"fields": ("name", "domains", "description", "team")}),)

    @admin.display(description="Domains")
    def domain_names(self, company: Company) -> str:
        """The first is the primary one."""
        return ", ".join(company.domains or ())


@admin.register(Person)
class PersonAdmin(RecordAdmin):
    """People."""

    list_display = ("__str__", "addresses", "job_title", "company", "attio_state")
    list_filter = (*RecordAdmin.list_filter, reference_filter("company"))
    list_select_related = ("company",)
    search_fields = ("full_name",)
    autocomplete_fields = ("company",)
    one_line = ("first_name", "last_name", "full_name", "job_title")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "first_name",
                    "last_name",
                    "full_name",
                    "email_addresses",
                    "job_title",
                    "company",
                    "description",
                )
            },
        ),
    )

    @admin.display(description="E-mail addresses")
    def addresses(self, person: Person) -> str:
        """The first is the primary one."""
        return ", ".join(person.email_addresses or ())


@admin.register(User)
class UserAdmin(RecordAdmin):
    """Users of the host's product, as Attio knows them."""

    list_display = ("__str__", "user_id", "person", "attio_state")
    list_filter = (*RecordAdmin.list_filter, reference_filter("person"))
    list_select_related = ("person",)
    search_fields = ("primary_email_address", "user_id")
    autocomplete_fields = ("person", "workspaces")
    fieldsets = ((None, {"fields": ("user_id", "primary_email_address", "person", "workspaces")}),)
