"""What the address of the page asks: a time, its periods, and of which deals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.db import models
from django.http import QueryDict
from django.utils import timezone

from ...core.pipeline import Unit, cut
from ...models import Connection, Member
from ...models.pipeline import CURRENCY

MOST = 62
"""Periods on one page."""
WEEKS = 12
NONE = "none"
BYS = {"owner": "Owner", "company": "Company", "currency": "Currency"}
NAMES = {"currency": CURRENCY}
"""What the ledger calls a name to compare by; of the others the page knows the fields."""


def midnight(day: date) -> datetime:
    """The moment a day begins here."""
    return timezone.make_aware(datetime.combine(day, time.min))


class Asking(forms.Form):
    """The form above the tables. What was not asked has a default."""

    since = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="Until", widget=forms.DateInput(attrs={"type": "date"}))
    unit = forms.ChoiceField(label="By", choices=[(one.value, one.value) for one in Unit])
    connection = forms.ModelChoiceField(label="Connection", queryset=Connection.objects.none(), empty_label=None)
    owner = forms.ChoiceField(label="Owner", required=False)
    company: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label="Company", queryset=Connection.objects.none(), required=False
    )
    currency = forms.ChoiceField(label="Currency", required=False)
    by = forms.ChoiceField(label="Compare by", choices=list(BYS.items()))

    def __init__(self, asked: QueryDict, connections: Any) -> None:
        today = timezone.localdate()
        monday = today - timedelta(days=today.weekday())
        defaults = {"since": monday - timedelta(weeks=WEEKS), "until": today, "unit": Unit.WEEK, "by": "owner"}
        given = asked.copy()
        for name, value in {**defaults, "connection": connections[0].pk}.items():
            if not given.get(name):
                given[name] = str(value)
        super().__init__(given, auto_id="pipeline_%s")
        self.fields["connection"].queryset = Connection.objects.filter(pk__in=[one.pk for one in connections])  # type: ignore[attr-defined]  # a ModelChoiceField
        if len(connections) == 1:
            self.fields["connection"].widget = forms.HiddenInput()

    def offer(self, members: Any, currencies: list[str]) -> None:
        """The choices of one connection."""
        named = [(str(one.pk), str(one)) for one in members]
        self.fields["owner"].choices = [("", "Anybody"), *named, (NONE, "Nobody")]  # type: ignore[attr-defined]  # a ChoiceField
        asked = self.data.get("currency", "")
        codes = sorted({*currencies, *([asked] if len(asked) == len("EUR") and asked.isalpha() else [])})
        self.fields["currency"].choices = [("", "All"), *((code, code) for code in codes), (NONE, "No value")]  # type: ignore[attr-defined]  # a ChoiceField

    def offer_companies(self, relation: models.Field[Any, Any] | None, companies: Any, site: Any) -> None:
        """Found by typing, where the admin has a page of them that can be searched; else not asked for."""
        if relation is None or companies is None:
            del self.fields["company"]
            return
        self.fields["company"].queryset = companies  # type: ignore[attr-defined]  # a ModelChoiceField
        widget = AutocompleteSelect(relation, site, attrs={"data-width": "100%"})
        self.fields["company"].widget = widget
        widget.choices = self.fields["company"].choices  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        """A time that ends no earlier than it begins, in periods that fit a page."""
        found = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since is None or until is None or "unit" not in found:
            return found
        found["until"] = until = min(until, timezone.localdate())
        if since > until:
            raise forms.ValidationError("The time ends before it begins.")
        if since.year < 1971 or (until - since).days > 366 * 50:
            raise forms.ValidationError("So long a time fits on no page.")
        if len(cut(since, until, Unit(found["unit"]))) - 1 > MOST:
            raise forms.ValidationError(f"That makes more than {MOST} periods. Choose longer ones, or a shorter time.")
        return found


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, and understood."""

    since: date
    until: date
    unit: Unit
    connection: Connection
    owner: Member | str | None
    company: models.Model | None
    currency: str
    by: str
    query: dict[str, str]
    """As the address carries it."""

    @classmethod
    def of(cls, form: Asking, members: Any) -> Asked:
        """From a form that is valid."""
        found = form.cleaned_data
        owner = found["owner"]
        return cls(
            since=found["since"],
            until=found["until"],
            unit=Unit(found["unit"]),
            connection=found["connection"],
            owner=owner if owner in ("", NONE) else members.get(pk=owner),
            company=found.get("company"),
            currency=found["currency"],
            by=found["by"],
            query={name: form.data[name] for name in form.fields if form.data.get(name)},
        )

    @property
    def days(self) -> list[date]:
        """On which periods begin, and the day after the last."""
        return cut(self.since, self.until, self.unit)
