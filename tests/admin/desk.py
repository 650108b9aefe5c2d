"""A desk: opens pages of the admin, fills in what a browser would send, and reads what comes back."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from django.db import models
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse


class Reader(HTMLParser):
    """Collects what a browser would send with a form's main button: names and values, in order."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.inside = form_id, False
        self.sent: dict[str, list[str]] = {}
        self.select: str | None = None
        self.area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("id") == self.form_id
        name = given.get("name") or ""
        if not self.inside:
            return
        if tag == "input" and name and given.get("type") not in ("submit", "button", "file"):
            if given.get("type") in ("checkbox", "radio") and "checked" not in given:
                return
            self.sent.setdefault(name, []).append(
                given.get("value") or ("on" if given.get("type") == "checkbox" else "")
            )
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in given:
            self.sent.setdefault(self.select, []).append(given.get("value") or "")
        elif tag == "textarea":
            self.area = name
            self.sent[name] = [""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None

    def handle_data(self, data: str) -> None:
        if self.inside and self.area:
            text = data[1:] if data.startswith("\n") and self.sent[self.area] == [""] else data
            self.sent[self.area] = [self.sent[self.area][0] + text]


@dataclass
class Page:
    """An opened form."""

    desk: Desk
    url: str
    fields: dict[str, list[str]]
    text: str

    def send(self, **changes: Any) -> HttpResponse:
        """Press "Save and continue": what the page showed, with these changes."""
        filled = {
            **self.fields,
            **{name: value if isinstance(value, list) else [value] for name, value in changes.items()},
        }
        crlf = {
            name: [str(v).replace("\r\n", "\n").replace("\n", "\r\n") for v in values]
            for name, values in filled.items()
        }
        return self.desk.client.post(self.url, crlf | {"_continue": ["Save"]}, follow=True)

    def resend(self, answer: HttpResponse, **changes: Any) -> HttpResponse:
        """Press the button again on the page that came back."""
        return self.desk.read(self.url, answer).send(**changes)


@dataclass
class Desk:
    """One person at the admin."""

    client: Client
    user: Any

    def open(self, row: models.Model | type[models.Model]) -> Page:
        """The page of a row, or the page to add one."""
        opts = row._meta
        if isinstance(row, models.Model):
            url = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])
        else:
            url = reverse(f"admin:{opts.app_label}_{opts.model_name}_add")
        return self.read(url, self.client.get(url))

    def read(self, url: str, answer: HttpResponse) -> Page:
        """The form on a page."""
        assert answer.status_code == 200, answer.status_code
        text = answer.content.decode()
        model = re.search(r'<form[^>]* id="(\w+_form)"', text)
        reader = Reader(model.group(1) if model else "")
        reader.feed(text)
        return Page(self, url, reader.sent, text)

    def visit(self, name: str, *args: Any, **query: str) -> str:
        """A page's text."""
        answer = self.client.get(reverse(f"admin:{name}", args=args), query)
        assert answer.status_code == 200, answer.status_code
        return html.unescape(answer.content.decode())

    def act(self, name: str, action: str, *rows: models.Model) -> HttpResponse:
        """A list action."""
        chosen = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
        return self.client.post(reverse(f"admin:{name}_changelist"), chosen, follow=True)


def errors(answer: HttpResponse) -> dict[str, list[str]]:
    """What a page that came back objects to, by field."""
    form = answer.context["adminform"].form
    return {name: list(map(str, found)) for name, found in form.errors.items()}


def said(answer: HttpResponse) -> str:
    """The messages on a page."""
    return " ".join(str(message) for message in answer.context["messages"])
