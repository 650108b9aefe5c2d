"""What axe finds on the pages of the admin, by day and by night."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from attio_mirror.models import Deal
from attio_mirror.testing import Attio

from ..admin.site import LOOKS, one_of_each, pages
from .screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
axe = Axe()

STOCK = (".breadcrumbs",)
"""What Django's own templates show on every page."""
OTHERS = {"attio_state", "attio_records", "attio_export", "history"}
"""What is no page, and Django's own."""
BY_NIGHT = {"runOnly": ["color-contrast"]}
"""Only colours differ."""


@pytest.mark.parametrize(("scheme", "options"), [("light", {}), ("dark", BY_NIGHT)])
def test_axe_finds_nothing_serious(pipeline: Attio, screen: Screen, scheme: str, options: dict[str, Any]) -> None:
    screen.page.emulate_media(color_scheme=scheme)
    found: list[tuple[str, ...]] = []
    addresses = [page.address for page in pages(one_of_each(pipeline)) if page.kind in LOOKS - OTHERS]
    for address in (*addresses, reverse("admin:attio_mirror_deal_add")):
        screen.visit(address)
        found += [(address, *one) for one in serious(screen.page, options)]
    assert found == []


@pytest.mark.parametrize(("scheme", "options"), [("light", {}), ("dark", BY_NIGHT)])
def test_axe_finds_nothing_serious_on_the_way_to_many_rows_and_back(
    pipeline: Attio, screen: Screen, scheme: str, options: dict[str, Any]
) -> None:
    screen.page.emulate_media(color_scheme=scheme)
    found = []
    screen.open(Deal)
    screen.page.check("#action-toggle")
    screen.page.select_option("select[name=action]", "change_attribute")
    for button in ("[name=index]", "[name=choose]", "[name=look]", "[name=change]"):
        if button == "[name=choose]":
            screen.page.select_option("#id_attribute", "stage")
        if button == "[name=look]":
            screen.page.select_option("#id_to-stage", label="Lost")
        screen.follow(f"button{button}")
        found += serious(screen.page, options)
    screen.follow("a:has-text('Undo')")
    assert found + serious(screen.page, options) == []


def serious(page: Any, options: dict[str, Any]) -> list[tuple[str, str]]:
    """The rules that are broken, and where."""
    told = axe.run(page, {"exclude": [[one] for one in STOCK]}, {"resultTypes": ["violations"], **options}).response
    grave = [one for one in told["violations"] if one["impact"] in ("serious", "critical")]
    return [(one["id"], " ".join(node["target"])) for one in grave for node in one["nodes"]]
