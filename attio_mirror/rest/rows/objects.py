"""The five objects as JSON."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from ...models import Company, Deal, Member, Option, Person, User, Workspace
from .serializers import RowSerializer

ALWAYS = ["id", "attio", "other_values"]


def _texts(about: str) -> Any:
    return serializers.ListField(child=serializers.CharField(), required=False, help_text=about)


class CompanySerializer(RowSerializer[Company]):
    """A company."""

    domains = _texts("The first is the primary one.")

    class Meta:
        model = Company
        fields: ClassVar = [*ALWAYS, "name", "domains", "description", "team"]


class PersonSerializer(RowSerializer[Person]):
    """A person."""

    email_addresses = _texts("The first is the primary one.")

    class Meta:
        model = Person
        fields: ClassVar = [
            *ALWAYS,
            "first_name",
            "last_name",
            "full_name",
            "email_addresses",
            "job_title",
            "description",
            "company",
        ]


class UserSerializer(RowSerializer[User]):
    """A user of the host's product."""

    class Meta:
        model = User
        fields: ClassVar = [*ALWAYS, "user_id", "primary_email_address", "person", "workspaces"]


class WorkspaceSerializer(RowSerializer[Workspace]):
    """A workspace of the host's product."""

    class Meta:
        model = Workspace
        fields: ClassVar = [*ALWAYS, "workspace_id", "name", "users", "company", "avatar_url"]


class DealSerializer(RowSerializer[Deal]):
    """A deal."""

    stage = serializers.PrimaryKeyRelatedField(
        queryset=Option.objects.filter(attribute__object__slug="deals", attribute__slug="stage").select_related(
            "attribute"
        ),
        allow_null=True,
        required=False,
    )
    owner = serializers.PrimaryKeyRelatedField(queryset=Member.objects.all(), allow_null=True, required=False)

    def validate_stage(self, stage: Option | None) -> Option | None:
        """An archived stage may stay, and cannot be chosen."""
        held = self.instance.stage_id if isinstance(self.instance, Deal) else None
        if stage is not None and stage.is_archived and stage.pk != held:
            raise serializers.ValidationError("This stage is archived in Attio.", code="does_not_exist")
        return stage

    class Meta:
        model = Deal
        fields: ClassVar = [
            *ALWAYS,
            "name",
            "stage",
            "owner",
            "value",
            "value_currency",
            "associated_people",
            "associated_company",
        ]
        read_only_fields: ClassVar = ["value_currency"]
