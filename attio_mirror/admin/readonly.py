"""Pages of our own tables: nobody edits them; what one may do with a row are deeds, each an action and a button."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import Media
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from .paging import CappedPaginator
from .stock import ModelAdmin
from .talking import TROUBLE, words

NOT_ALLOWED = "you may not."


class ReadOnlyAdmin(ModelAdmin):
    """Shows rows. `deeds` names the actions that are also buttons on a row's page; each names its permission."""

    deeds: Sequence[str] = ()
    change_form_template = "admin/attio_mirror/deeds.html"
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator
    list_per_page = 50

    @property
    def media(self) -> Media:
        """Ours beside Django's."""
        return super().media + Media(css={"all": ["attio_mirror/admin.css"]})

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Attio or the engine makes these rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Attio or the engine changes them."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """They are what happened."""
        return False

    def has_operate_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whether the user may do the deeds; hosts may decide about a single row, as with Django's own permissions."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    def permits(self, request: HttpRequest, deed: str, row: Any) -> bool:
        """Whether the user may do this to a row."""
        needs: Iterable[str] = getattr(self, deed).allowed_permissions
        return any(getattr(self, f"has_{permission}_permission")(request, row) for permission in needs)

    def applies(self, deed: str, row: Any) -> bool:
        """Whether a deed makes sense for a row."""
        return True

    def each(
        self,
        request: HttpRequest,
        rows: Iterable[models.Model],
        act: Callable[[Any], str],
        *,
        about: str,
        needs: str = "operate",
    ) -> None:
        """Do something to every row: `act` returns "" or why it was not done; trouble becomes a message.

        `needs` is the permission, which is asked for every row.
        """
        done, may = 0, getattr(self, f"has_{needs}_permission")
        for row in rows:
            try:
                reason = act(row) if may(request, row) else NOT_ALLOWED
            except TROUBLE as error:
                reason = words(error)
            if reason:
                self.message_user(request, f"{row}: {reason}", messages.ERROR)
                continue
            done += 1
            self.log_change(request, row, f"{about}.")
        if done:
            self.message_user(request, f"{about}: {done}.", messages.SUCCESS)

    # -- the buttons -----------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        """The deeds before Django's catch-all."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_attio_deed"
        view = self.admin_site.admin_view(self.deed_view)
        return [path("<path:object_id>/attio-do/<slug:deed>/", view, name=name), *super().get_urls()]

    def deed_view(self, request: HttpRequest, object_id: str, deed: str) -> HttpResponse:
        """One deed to one row."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined, no-any-return]  # the stubs leave it out
        if request.method != "POST" or deed not in self.deeds or not self.permits(request, deed, row):
            raise PermissionDenied
        getattr(self, deed)(request, self.get_queryset(request).filter(pk=row.pk))
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[row.pk], current_app=self.admin_site.name))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With the buttons above."""
        row = context.get("original")
        context["subtitle"] = self.called(row) if row is not None else None
        context["attio_deeds"] = self._buttons(request, row) if row is not None else []
        context["attio_links"] = self.links(request, row) if row is not None else []
        return super().render_change_form(request, context, *args, **kwargs)

    def _buttons(self, request: HttpRequest, row: Any) -> list[dict[str, str]]:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_attio_deed"
        return [
            {
                "label": self.label(deed, row),
                "url": reverse(name, args=[row.pk, deed], current_app=self.admin_site.name),
            }
            for deed in self.deeds
            if self.applies(deed, row) and self.permits(request, deed, row)
        ]

    def called(self, row: Any) -> str:
        """What a row's page is called."""
        return str(row)

    def links(self, request: HttpRequest, row: Any) -> list[dict[str, str]]:
        """Where else one can go from a row's page: labels and addresses."""
        return []

    def label(self, deed: str, row: Any) -> str:
        """What stands on a deed's button."""
        return str(getattr(self, deed).short_description)
