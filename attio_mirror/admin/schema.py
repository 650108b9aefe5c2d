"""Attio's schema: objects, lists, attributes (editable), options and members."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from ..models import AttioList, AttioObject, Attribute, Member, Option
from .badges import IDLE, badge, option_badge
from .filters import BelongsToFilter, StateFilter
from .mirrored import MirroredAdmin
from .readonly import ReadOnlyAdmin
from .stock import Rows, TabularInline

FLAGS = {
    "is_required": "required",
    "is_unique": "unique",
    "is_multiselect": "multi",
    "is_system_attribute": "system",
    "is_archived": "archived",
}


class OptionInline(TabularInline):
    """The options of a select or the statuses of a status, in Attio's order."""

    model = Option
    fields = ("shown", "option_id", "position", "is_archived", "celebration_enabled", "target_time")
    readonly_fields = fields
    ordering = ("position", "pk")
    extra = 0
    can_delete = False

    @admin.display(description="Option")
    def shown(self, option: Option) -> SafeString | str:
        """As a badge."""
        return option_badge(option)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Options are made in Attio."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Options are edited in Attio."""
        return False


@admin.register(Attribute)
class AttributeAdmin(MirroredAdmin):
    """Saving an edited attribute pushes it; what Attio refuses stands beside the setting."""

    list_display = ("name", "owner", "type", "slug", "flags", "attio_state")
    list_filter = (StateFilter, BelongsToFilter, "type", "is_archived")
    list_select_related = ("object", "list")
    search_fields = ("title", "slug")
    ordering = ("object__slug", "list__slug", "position", "pk")
    one_line = ("description",)
    fieldsets = (
        (None, {"fields": ("title", "description", "api_slug")}),
        ("Rules", {"fields": ("is_required", "is_unique", "is_archived", "default_value", "config")}),
        (
            "Fixed in Attio",
            {
                "fields": (
                    "owner",
                    "type",
                    "is_multiselect",
                    "is_writable",
                    "is_system_attribute",
                    "is_default_value_enabled",
                    "relationship",
                    "attribute_id",
                )
            },
        ),
    )
    readonly_fields = (
        "owner",
        "type",
        "is_multiselect",
        "is_writable",
        "is_system_attribute",
        "is_default_value_enabled",
        "relationship",
        "attribute_id",
    )
    inlines = (OptionInline,)
    actions = ("push_now", "pull_now")

    def get_queryset(self, request: HttpRequest) -> Rows:
        """With their owners."""
        return super().get_queryset(request).select_related("object", "list")

    def get_inlines(self, request: HttpRequest, obj: models.Model | None) -> Any:
        """Only where there are options."""
        has_options = isinstance(obj, Attribute) and obj.type in ("select", "status")
        return super().get_inlines(request, obj) if has_options else ()

    @admin.display(description="Attribute", ordering="title")
    def name(self, attribute: Attribute) -> str:
        """Its title."""
        return attribute.title or attribute.slug

    @admin.display(description="Of")
    def owner(self, attribute: Attribute) -> str:
        """Its object or list."""
        return f"{attribute.object or attribute.list} ({attribute.get_target_display().lower()})"

    @admin.display(description="Rules")
    def flags(self, attribute: Attribute) -> SafeString:
        """Those that are set."""
        marks = [badge(word, IDLE) for name, word in FLAGS.items() if getattr(attribute, name)]
        return format_html_join(" ", "{}", [[mark] for mark in marks])

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Attributes are made in Attio."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Attio knows no deletion of attributes, only archiving (Attio's docs)."""
        return False


@admin.register(AttioObject)
class AttioObjectAdmin(ReadOnlyAdmin):
    """Attio's objects."""

    list_display = ("__str__", "slug", "object_id", "connection", "gone_at")
    list_select_related = ("connection",)
    search_fields = ("slug", "plural_noun")


@admin.register(AttioList)
class AttioListAdmin(ReadOnlyAdmin):
    """Attio's lists."""

    list_display = ("__str__", "slug", "list_id", "connection", "gone_at")
    list_select_related = ("connection",)
    search_fields = ("slug", "name")


@admin.register(Option)
class OptionAdmin(ReadOnlyAdmin):
    """Options and statuses."""

    list_display = ("shown", "of", "option_id", "is_archived")
    list_display_links = ("shown", "option_id")
    list_filter = ("is_archived",)
    list_select_related = ("attribute__object", "attribute__list")
    search_fields = ("title",)

    @admin.display(description="Option")
    def shown(self, option: Option) -> SafeString | str:
        """As a badge."""
        return option_badge(option)

    @admin.display(description="Of")
    def of(self, option: Option) -> str:
        """Its attribute."""
        return str(option.attribute)

    def get_queryset(self, request: HttpRequest) -> Rows:
        """With their attributes."""
        return super().get_queryset(request).select_related("attribute__object", "attribute__list")


@admin.register(Member)
class MemberAdmin(ReadOnlyAdmin):
    """The people of the tenant."""

    list_display = ("__str__", "email_address", "access_level", "member_id")
    search_fields = ("first_name", "last_name", "email_address")
