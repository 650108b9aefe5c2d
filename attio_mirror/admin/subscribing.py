"""The webhook of a connection: made, repaired and renewed from the page of the connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.text import get_text_list

from ..models import Connection, WebhookState
from ..sync.connecting import NothingToAnnounce, Provisioned, provision
from .readonly import ReadOnlyAdmin
from .talking import TROUBLE, words


class WebhookForm(forms.Form):
    """Where Attio should announce changes."""

    address = forms.URLField(
        assume_scheme="https",
        widget=forms.URLInput(attrs={"class": "vURLField", "size": 70}),
        help_text="This project, as Attio reaches it. Attio takes https only.",
    )
    new_secret = forms.BooleanField(
        label="Make it anew, with a new secret",
        required=False,
        help_text="When its secret is lost: Attio shows it only once.",
    )


@dataclass(frozen=True, slots=True)
class Made:
    """What the page tells once it is done."""

    what: str
    objects: str
    secret: str
    """Shown on this page and nowhere else; "" where Attio shows none."""


class Subscribing(ReadOnlyAdmin):
    """The part of the connections' pages that sees to the webhook."""

    def get_urls(self) -> list[URLPattern]:
        """The webhook before Django's catch-all."""
        view = self.admin_site.admin_view(self.webhook_view)
        return [path("<path:object_id>/attio-webhook/", view, name=self._view_name), *super().get_urls()]

    @property
    def _view_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_attio_webhook"

    def links(self, request: HttpRequest, row: Connection) -> list[dict[str, str]]:
        """To the webhook."""
        if not self.has_operate_permission(request, row):
            return []
        url = reverse(f"admin:{self._view_name}", args=[row.pk], current_app=self.admin_site.name)
        return [{"label": "Webhook", "url": url}]

    def webhook_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A form; its button has Attio announce the mirrored objects, which may be done again and again."""
        of: Connection | None = self.get_object(request, unquote(object_id))
        if of is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined, no-any-return]  # the stubs leave it out
        if not self.has_operate_permission(request, of):
            raise PermissionDenied
        form = WebhookForm(request.POST or None, initial={"address": of.webhook_url or _our_address(request, of)})
        made = self._provide(request, of, form) if request.method == "POST" and form.is_valid() else None
        answer = TemplateResponse(request, "admin/attio_mirror/webhook.html", self._context(request, of, form, made))
        add_never_cache_headers(answer)  # it may show a secret
        return answer

    def _provide(self, request: HttpRequest, of: Connection, form: WebhookForm) -> Made | None:
        try:
            done = provision(of, form.cleaned_data["address"], new_secret=form.cleaned_data["new_secret"])
        except NothingToAnnounce as problem:
            form.add_error(None, str(problem))
        except TROUBLE as error:
            form.add_error(None, words(error))
        else:
            self.log_change(request, of, f"Webhook {done.outcome}.")
            self.message_user(request, f"The webhook is {done.outcome}.", messages.SUCCESS)
            return _told(done)
        return None

    def _context(self, request: HttpRequest, of: Connection, form: WebhookForm, made: Made | None) -> dict[str, Any]:
        request.current_app = self.admin_site.name
        return {
            **self.admin_site.each_context(request),
            "title": f"Webhook of {of}",
            "opts": self.opts,
            "object": of,
            "media": self.media,
            "form": form,
            "made": made,
            "state": WebhookState(of.webhook_state),
            "has_secret": bool(of.conf.webhook_secrets),
            "setting": f"ATTIO_MIRROR['CONNECTIONS']['{of.alias}']['WEBHOOK_SECRETS']",
        }


def _told(done: Provisioned) -> Made:
    secret = done.webhook.secret or "" if done.outcome.shows_secret else ""
    return Made(done.outcome.value, get_text_list(list(done.objects), "and"), secret)


def _our_address(request: HttpRequest, of: Connection) -> str:
    """As the user reached us; "" where the project's URLs leave ours out."""
    try:
        here = reverse("attio_mirror:webhook", args=[of.alias])
    except NoReverseMatch:
        return ""
    return f"https://{request.get_host()}{here}"
