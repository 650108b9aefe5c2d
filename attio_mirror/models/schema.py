"""Attio's schema, mirrored: objects, lists, their attributes, options, and the members of the tenant."""

from __future__ import annotations

from django.db import models

from ..core.values import AttributeSpec, AttributeType
from .connection import Connection


class Target(models.TextChoices):
    """What an attribute can belong to, in Attio's own path segments."""

    OBJECTS = "objects", "Object"
    LISTS = "lists", "List"


class AttioObject(models.Model):
    """One of Attio's objects: deals, companies, … or a custom one."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="objects_mirrored")
    object_id = models.CharField(max_length=36)
    slug = models.CharField(max_length=200)
    singular_noun = models.CharField(max_length=200, blank=True)
    plural_noun = models.CharField(max_length=200, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True, help_text="When Attio stopped listing it.")

    class Meta:
        verbose_name = "object"
        ordering = ["slug", "pk"]
        constraints = [models.UniqueConstraint(fields=["connection", "object_id"], name="attio_one_row_per_object")]

    def __str__(self) -> str:
        return self.plural_noun or self.slug


class AttioList(models.Model):
    """One of Attio's lists."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="lists_mirrored")
    list_id = models.CharField(max_length=36)
    slug = models.CharField(max_length=200)
    name = models.CharField(max_length=500, blank=True)
    parent_objects = models.JSONField(default=list, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True, help_text="When Attio stopped listing it.")

    class Meta:
        verbose_name = "list"
        ordering = ["slug", "pk"]
        constraints = [models.UniqueConstraint(fields=["connection", "list_id"], name="attio_one_row_per_list")]

    def __str__(self) -> str:
        return self.name or self.slug


SPECIFIED = (
    "slug",
    "type",
    "is_multiselect",
    "is_writable",
    "is_required",
    "is_unique",
    "is_archived",
    "attribute_id",
)
"""The columns that `spec_of` takes, in its order."""


def spec_of(
    slug: str,
    kind: str,
    multi: bool,
    writable: bool,
    required: bool,
    unique: bool,
    archived: bool,
    attribute_id: str,
) -> AttributeSpec:
    """What the core needs to translate an attribute's values. A type newer than this package stays a plain string."""
    known = kind in AttributeType._value2member_map_
    return AttributeSpec(
        slug=slug,
        type=AttributeType(kind) if known else kind,  # type: ignore[arg-type]  # unknown types stay readable
        multi=multi,
        writable=writable and known and kind != AttributeType.INTERACTION,
        required=required,
        unique=unique,
        archived=archived,
        attribute_id=attribute_id,
    )


class AttributeQuerySet(models.QuerySet["Attribute"]):
    """Attributes by owner."""

    def of_object(self, connection: Connection, slug: str) -> AttributeQuerySet:
        """The attributes of one object, those Attio no longer lists left out."""
        return self.filter(connection=connection, object__slug=slug, gone_at=None)


class Attribute(models.Model):
    """An attribute of an object or of a list. Saving an edited one pushes `PATCH …/attributes/…`."""

    connection = models.ForeignKey(Connection, models.CASCADE)
    target = models.CharField(max_length=8, choices=Target.choices)
    object = models.ForeignKey(AttioObject, models.CASCADE, null=True, blank=True, related_name="attributes")
    list = models.ForeignKey(AttioList, models.CASCADE, null=True, blank=True, related_name="attributes")
    attribute_id = models.CharField(max_length=36)
    slug = models.CharField(max_length=200, editable=False, help_text="As Attio last said it; everything goes by this.")
    api_slug = models.CharField(max_length=200, help_text="Edit it to rename the attribute in Attio.")
    title = models.CharField(max_length=500, blank=True)
    description = models.TextField(null=True, blank=True)
    type = models.CharField(max_length=40)
    is_system_attribute = models.BooleanField(default=False)
    is_writable = models.BooleanField(default=True)
    is_required = models.BooleanField(default=False)
    is_unique = models.BooleanField(default=False)
    is_multiselect = models.BooleanField(default=False)
    is_default_value_enabled = models.BooleanField(default=False)
    is_archived = models.BooleanField(default=False)
    default_value = models.JSONField(null=True, blank=True)
    config = models.JSONField(default=dict, blank=True)
    relationship = models.JSONField(null=True, blank=True)
    position = models.PositiveIntegerField(default=0)
    refuses_history = models.BooleanField(default=False, help_text="Attio answered 400 when asked for its history.")
    gone_at = models.DateTimeField(null=True, blank=True)

    objects = AttributeQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "attribute_id"], name="attio_one_row_per_attribute"),
        ]

    def __str__(self) -> str:
        return f"{self.owner_slug}.{self.slug}"

    @property
    def owner_slug(self) -> str:
        """The slug of the object or list it belongs to."""
        owner = self.object or self.list
        return owner.slug if owner else ""

    @property
    def spec(self) -> AttributeSpec:
        """What the core needs to translate its values."""
        return spec_of(*(getattr(self, name) for name in SPECIFIED))

    @property
    def currency_code(self) -> str:
        """The code all values of a currency attribute share, or ""."""
        return ((self.config or {}).get("currency") or {}).get("default_currency_code") or ""


class Option(models.Model):
    """An option of a select attribute or a status of a status attribute."""

    attribute = models.ForeignKey(Attribute, models.CASCADE, related_name="options")
    option_id = models.CharField(max_length=36)
    title = models.CharField(max_length=500)
    is_archived = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    celebration_enabled = models.BooleanField(default=False)
    target_time = models.CharField(max_length=60, null=True, blank=True, help_text="ISO 8601 duration; statuses only.")

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["attribute", "option_id"], name="attio_one_row_per_option")]

    def __str__(self) -> str:
        return self.title


class Member(models.Model):
    """A person of the Attio tenant."""

    connection = models.ForeignKey(Connection, models.CASCADE)
    member_id = models.CharField(max_length=36)
    first_name = models.CharField(max_length=300, blank=True)
    last_name = models.CharField(max_length=300, blank=True)
    email_address = models.CharField(max_length=320, blank=True)
    access_level = models.CharField(max_length=20, blank=True)
    avatar_url = models.TextField(null=True, blank=True)

    class Meta:
        ordering = ["first_name", "last_name"]
        constraints = [models.UniqueConstraint(fields=["connection", "member_id"], name="attio_one_row_per_member")]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email_address
