"""Talking to Attio at once: push and pull of chosen rows, as list actions and as buttons on a row's page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.text import get_text_list

from ..conf import PushMode, conf
from ..core.errors import AttioError
from ..mirrors.registry import registry
from ..models import ATTRIBUTES, Connection, Link, LinkState, OutboxEntry
from ..sync.acting import acting
from ..sync.connections import NotConfigured
from ..sync.far import far_side
from ..sync.frame import Frame
from ..sync.mark import mark
from ..sync.pull import pull
from ..sync.push import pump
from ..sync.push.retry import retry
from ..sync.reconcile import reconcile
from .badges import TONES
from .notes import HINTS
from .saving import Saving
from .states import attach_links, state_of
from .stock import Rows

TROUBLE = (AttioError, NotConfigured, LookupError)
"""What talking to Attio in the foreground can end with; it becomes a message."""
SHOWN = 5
"""Refusals quoted in one message."""


class Talking(Saving):
    """The part of `MirroredAdmin` that pushes and pulls while the user waits."""

    actions: Sequence[Callable[..., HttpResponse | None] | str] | None = ("push_now", "pull_now", "change_attribute")

    @admin.action(description="Push to Attio now", permissions=["change"])
    def push_now(self, request: HttpRequest, rows: Rows) -> None:
        """Send what these rows owe, refused ones again."""
        chosen = self._permitted(request, rows)
        try:
            with acting(request.user.pk):
                _push(chosen)
        except TROUBLE as error:
            self.message_user(request, words(error), messages.ERROR)
            return
        self._tell(request, chosen)
        for row in chosen:
            self.log_change(request, row, "Pushed to Attio.")

    @admin.action(description="Pull from Attio now", permissions=["change"])
    def pull_now(self, request: HttpRequest, rows: Rows) -> None:
        """Read the records of these rows again."""
        chosen = self._permitted(request, rows)
        attach_links(chosen)
        linked = [(row, row.attio_link) for row in chosen if row.attio_link and row.attio_link.record_id]
        try:
            _pull([link for _, link in linked])
        except TROUBLE as error:
            self.message_user(request, words(error), messages.ERROR)
            return
        for row, _ in linked:
            self.log_change(request, row, "Pulled from Attio.")
        self.message_user(request, f"Read {len(linked)} from Attio.", messages.SUCCESS)
        if len(linked) < len(chosen):
            self.message_user(request, f"{len(chosen) - len(linked)} not in Attio yet.", messages.WARNING)

    def _permitted(self, request: HttpRequest, rows: Rows) -> list[Any]:
        """Those the user may change, asked row by row."""
        asked = list(rows)
        chosen = [row for row in asked if self.has_change_permission(request, row)]
        if len(chosen) < len(asked):
            self.message_user(
                request, f"{len(asked) - len(chosen)} left alone: you may not change them.", messages.ERROR
            )
        return chosen

    def _tell(self, request: HttpRequest, rows: list[models.Model]) -> None:
        """What became of each row."""
        for row in rows:
            row.__dict__.pop("attio_link", None)
        attach_links(rows)
        refusals = _refusals(rows)
        by_state: dict[LinkState, list[models.Model]] = defaultdict(list)
        for row in rows:
            by_state[state_of(row)].append(row)
        if in_step := by_state.pop(LinkState.IN_STEP, []):
            self.message_user(request, f"{len(in_step)} in step with Attio.", messages.SUCCESS)
        if refused := by_state.pop(LinkState.REFUSED, []):
            for row in refused[:SHOWN]:
                self.message_user(request, f"{row}: {refusals.get(str(row.pk), '')}", messages.ERROR)
        for state, others in by_state.items():
            names = get_text_list([str(row) for row in others[:SHOWN]], "and")
            self.message_user(request, f"{state.label}: {names}. {_why_waiting(others[0])}".strip(), messages.WARNING)

    # -- views -----------------------------------------------------------------------------------------------------

    def push_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The button on a row's page."""
        return self._at_once(request, object_id, self.push_now)

    def pull_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The button on a row's page."""
        return self._at_once(request, object_id, self.pull_now)

    def _at_once(
        self, request: HttpRequest, object_id: str, action: Callable[[HttpRequest, Rows], None]
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined, no-any-return]  # the stubs leave it out
        if request.method != "POST" or not self.has_change_permission(request, row):
            raise PermissionDenied
        action(request, self.model._base_manager.filter(pk=row.pk))
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[row.pk], current_app=self.admin_site.name))

    def state_view(self, request: HttpRequest) -> JsonResponse:
        """Where rows stand now, for the badges on a page: `?pk=1&pk=2`."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = [pk for pk in request.GET.getlist("pk")[:200] if self._is_key(pk)]
        rows = list(self.get_queryset(request).filter(pk__in=asked))
        attach_links(rows)
        refusals = _refusals(rows)
        return JsonResponse({str(row.pk): _told(state_of(row), refusals.get(str(row.pk), "")) for row in rows})

    def _is_key(self, text: str) -> bool:
        try:
            self.opts.pk.to_python(text)
        except (ValidationError, ValueError, TypeError):
            return False
        return True


def _told(state: LinkState, refusal: str) -> dict[str, str]:
    hint = f"{HINTS.get(state, '')} {refusal}".strip()
    return {"state": state.value, "label": str(state.label), "tone": TONES[state], "hint": hint}


def words(error: Exception) -> str:
    """What went wrong, in Attio's own words."""
    return error.message if isinstance(error, AttioError) else str(error)


def _push(rows: Iterable[models.Model]) -> None:
    """Mark what nobody marked, free what was refused, and pump in the foreground. Raises AttioError."""
    connections: set[int] = set()
    for row in rows:
        mark(row)
        for link in Link.objects.for_rows(type(row), [row.pk]):
            connections.add(link.connection_id)
            for entry in OutboxEntry.objects.open().filter(link=link).select_related("link"):
                retry(entry)
    for connection_id in sorted(connections):
        pump(connection_id)


def _pull(links: Iterable[Link]) -> None:
    """One query per object and connection. Raises AttioError."""
    groups: dict[tuple[int, str], list[str]] = defaultdict(list)
    for link in links:
        groups[link.connection_id, link.object].append(str(link.record_id))
    for (connection_id, slug), record_ids in groups.items():
        connection = Connection.objects.get(pk=connection_id)
        if slug == ATTRIBUTES:
            _pull_settings(connection, record_ids)
        else:
            pull(connection, slug, record_ids)


def _pull_settings(connection: Connection, attribute_ids: list[str]) -> None:
    mirror = registry.of_object(ATTRIBUTES)
    if mirror is not None:
        frame = Frame.of(connection, mirror)
        reconcile(frame, far_side(frame).read(attribute_ids), source="pull")


def _refusals(rows: Sequence[models.Model]) -> dict[str, str]:
    """What went wrong last, in Attio's own words, by the keys of the rows it went wrong for."""
    if not rows:
        return {}
    links = Link.objects.for_rows(type(rows[0]), [row.pk for row in rows])
    entries = OutboxEntry.objects.open().filter(link__in=links).values_list("link__object_id", "error")
    return {pk: str(error.get("message") or "") for pk, error in entries}


def _why_waiting(row: models.Model) -> str:
    """Why a push in the foreground left a row waiting."""
    if conf().push == PushMode.SHADOW:
        return "Shadow mode sends nothing."
    links = Link.objects.for_rows(type(row), [row.pk]).select_related("connection")
    paused = any(link.connection.paused_at is not None for link in links)
    return "The connection is paused." if paused else _refusals([row]).get(str(row.pk), "")
