"""A screen: what a person does in the browser, in his own words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import models
from django.urls import reverse

SHOTS = os.environ.get("ATTIO_MIRROR_SCREENSHOTS", "")
"""Where pictures go, if anybody wants them."""
NAMED = """() => [...document.querySelectorAll(".admin-autocomplete")].every(
    one => one.parentNode.querySelector("[aria-label]")
)"""
"""Whether the scripts of the page have done their work."""


@dataclass
class Screen:
    """One logged-in person's window."""

    page: Any
    origin: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listen(self.page)
        self.page.on("popup", self._listen)

    def _listen(self, page: Any) -> None:
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def log_in(self, name: str, password: str) -> None:
        self.page.goto(f"{self.origin}{reverse('admin:login')}")
        self.page.fill("#id_username", name)
        self.page.fill("#id_password", password)
        self.follow("[type=submit]")

    def open(self, row: models.Model | type[models.Model]) -> None:
        """The page of a row, or the list of a model."""
        if isinstance(row, models.Model):
            self._go(row, "change", row.pk)
        else:
            self._go(row, "changelist")

    def add(self, model: type[models.Model]) -> None:
        """The empty form of a model."""
        self._go(model, "add")

    def _go(self, what: models.Model | type[models.Model], view: str, *args: Any) -> None:
        opts = what._meta
        self.visit(reverse(f"admin:{opts.app_label}_{opts.model_name}_{view}", args=args))

    def visit(self, address: str) -> None:
        """Go there by address, and wait until its scripts have done their work."""
        self.page.goto(self.origin + address)
        self.page.wait_for_function(NAMED)

    def fill(self, **fields: str) -> None:
        """Type into inputs, by the names of their fields."""
        for name, text in fields.items():
            self.page.fill(f"#id_{name}", text)

    @contextmanager
    def popup(self, link: str) -> Iterator[Any]:
        """The window behind a "+"; it saves and closes by itself at the end."""
        with self.page.expect_popup() as opening:
            self.page.click(link)
        window = opening.value
        window.wait_for_load_state()
        yield window
        with window.expect_event("close"):
            window.click("[name=_save]")

    def follow(self, way: str) -> None:
        """Click on what leads to another page. A click alone may be over while the old page still stands."""
        with self.page.expect_navigation():
            self.page.click(way)

    def enter(self) -> None:
        """Press Enter where that leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def save(self) -> None:
        """Save and stay."""
        self.follow("[name=_continue]")

    def badge(self, text: str) -> None:
        """Wait until the badge above the form says so, by itself."""
        self.page.locator(".attio-panel .attio-badge", has_text=text).wait_for(timeout=10_000)

    def note(self, field: str) -> str:
        """What Attio says beside a field; appears by itself."""
        return str(self.page.locator(f".field-{field} .attio-note").inner_text(timeout=10_000))

    def shoot(self, name: str) -> None:
        """Pictures of the page: wide and narrow, light and dark."""
        if not SHOTS:
            return
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            for width in (1440, 390):
                self.page.set_viewport_size({"width": width, "height": 900})
                self.page.screenshot(
                    path=Path(SHOTS) / f"{name}-{width}-{scheme}.png", full_page=True, animations="disabled"
                )
        self.page.set_viewport_size({"width": 1440, "height": 900})
        self.page.emulate_media(color_scheme="light")
