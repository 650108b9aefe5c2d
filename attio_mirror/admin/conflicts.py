"""Conflicts: both sides changed one value; a person decides."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.safestring import SafeString

from ..core.merge import Policy
from ..models import AttributePolicy, Conflict, Resolution
from ..sync.acting import acting
from ..sync.conflicts import Unresolvable, decide_always, resolve, undecide
from .badges import CALM, WARN, badge
from .readonly import ReadOnlyAdmin
from .rows import NamedChangeList, SpokenChangeList, row_link, row_name, speech_of
from .stock import Rows


class OpenFilter(admin.SimpleListFilter):
    """Those that wait for a person."""

    title = "state"
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Open or resolved."""
        return [("1", "Open"), ("0", "Resolved")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Open or resolved ones."""
        value = self.value()
        return queryset.filter(resolved_at__isnull=value == "1") if value in ("0", "1") else queryset


@admin.register(Conflict)
class ConflictAdmin(ReadOnlyAdmin):
    """Newest first."""

    list_display = ("attribute", "row", "ours_shown", "theirs_shown", "their_actor", "state_shown", "opened_at")
    list_display_links = ("attribute",)
    list_filter = (OpenFilter, "resolution", "link__connection")
    list_select_related = ("link__connection", "our_user")
    ordering = ("-opened_at",)
    actions = ("take_theirs", "take_ours", "always_theirs", "always_ours")
    deeds = actions
    fields = (
        "state_shown",
        "row",
        "attribute",
        "base_shown",
        "ours_shown",
        "our_user",
        "theirs_shown",
        "their_actor",
        "opened_at",
        "resolved_at",
    )

    def get_queryset(self, request: HttpRequest) -> Rows:
        """With the speech all rows of a page share."""
        return super().get_queryset(request).select_related("link__connection", "our_user")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[NamedChangeList]:
        """One whose rows have names."""
        return SpokenChangeList

    def called(self, row: Conflict) -> str:
        """By the attribute and the row."""
        return f"{self.attribute(row)} of {row_name(row.link) or row.link}"

    @admin.display(description="State")
    def state_shown(self, conflict: Conflict) -> SafeString:
        """Open, or how it ended."""
        return badge("Open", WARN) if conflict.resolved_at is None else badge(conflict.get_resolution_display(), CALM)

    @admin.display(description="Row")
    def row(self, conflict: Conflict) -> SafeString:
        """The row."""
        return row_link(conflict.link, self.admin_site.name)

    @admin.display(description="Attribute")
    def attribute(self, conflict: Conflict) -> str:
        """Its title."""
        return speech_of(conflict).label(conflict.link, conflict.slug)

    @admin.display(description="Before, on both sides")
    def base_shown(self, conflict: Conflict) -> str:
        """What both sides last agreed on."""
        return self._says(conflict, conflict.base)

    @admin.display(description="Ours")
    def ours_shown(self, conflict: Conflict) -> str:
        """What the row says."""
        return self._says(conflict, conflict.ours)

    @admin.display(description="Attio's")
    def theirs_shown(self, conflict: Conflict) -> str:
        """What Attio says."""
        return self._says(conflict, conflict.theirs)

    @admin.display(description="Changed there by")
    def their_actor(self, conflict: Conflict) -> str:
        """Who changed it in Attio."""
        return speech_of(conflict).actor(conflict.link, conflict.their_actor_type, conflict.their_actor_id)

    def _says(self, conflict: Conflict, value: Any) -> str:
        return speech_of(conflict).says(conflict.link, conflict.slug, value)

    def applies(self, deed: str, row: Conflict) -> bool:
        """Once."""
        return row.resolved_at is None

    @admin.action(description="Take Attio's", permissions=["operate"])
    def take_theirs(self, request: HttpRequest, rows: Rows) -> None:
        """Attio's value goes into the row."""
        self._resolve(request, rows, Resolution.ATTIO, "Took Attio's")

    @admin.action(description="Take ours", permissions=["operate"])
    def take_ours(self, request: HttpRequest, rows: Rows) -> None:
        """The row's value is pushed over Attio's."""
        self._resolve(request, rows, Resolution.DJANGO, "Took ours")

    def has_always_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whoever may also make policies."""
        return self.has_operate_permission(request, obj) and request.user.has_perm("attio_mirror.add_attributepolicy")

    @admin.action(description="Always take Attio's", permissions=["always"])
    def always_theirs(self, request: HttpRequest, rows: Rows) -> None:
        """From now on Attio wins for these attributes."""
        self._decide(request, rows, Policy.ATTIO, "From now on Attio wins")

    @admin.action(description="Always take ours", permissions=["always"])
    def always_ours(self, request: HttpRequest, rows: Rows) -> None:
        """From now on we win for these attributes."""
        self._decide(request, rows, Policy.DJANGO, "From now on ours wins")

    def _decide(self, request: HttpRequest, rows: Rows, policy: Policy, about: str) -> None:
        decided: set[tuple[int, str, str]] = set()

        def act(conflict: Conflict) -> str:
            link = conflict.link
            attribute = (link.connection_id, link.object, conflict.slug)
            if attribute in decided:
                return ""
            decided.add(attribute)
            failed = decide_always(link.connection, link.object, conflict.slug, policy).failed
            return " ".join(failed.values())

        with acting(request.user.pk):
            self.each(request, rows, act, about=about, needs="always")

    def _resolve(self, request: HttpRequest, rows: Rows, resolution: Resolution, about: str) -> None:
        def act(conflict: Conflict) -> str:
            if conflict.resolved_at is not None:
                return "it is resolved already."
            try:
                resolve(conflict, resolution)
            except Unresolvable as reason:
                return str(reason)
            return ""

        with acting(request.user.pk):
            self.each(request, rows, act, about=about)


@admin.register(AttributePolicy)
class AttributePolicyAdmin(ReadOnlyAdmin):
    """What somebody decided once and for all, and the way back."""

    list_display = ("__str__", "connection", "decided_by", "decided_at")
    list_filter = ("connection", "object")
    list_select_related = ("connection", "decided_by")
    actions = ("undecide",)
    deeds = actions
    fields = ("connection", "object", "slug", "policy", "decided_by", "decided_at")

    @admin.action(description="Let the mirror decide again", permissions=["operate"])
    def undecide(self, request: HttpRequest, rows: Rows) -> None:
        """The declared policy holds again; what was decided meanwhile stays."""

        def act(policy: AttributePolicy) -> str:
            undecide(policy.connection, policy.object, policy.slug)
            return ""

        self.each(request, rows, act, about="The mirror decides again")
