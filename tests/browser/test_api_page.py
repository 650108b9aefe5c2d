"""The page about the API: under the strict policy, wide and narrow, light and dark."""

from __future__ import annotations

from pathlib import Path

import pytest

from .screen import SHOTS, Screen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")])
def test_the_page_about_the_api_fits_and_is_readable(screen: Screen, width: int, scheme: str) -> None:
    page = screen.page
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.set_default_timeout(5000)
    page.goto(f"{screen.origin}/attio/api/docs/")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    dark, light = page.evaluate(
        "['backgroundColor', 'color'].map(name => getComputedStyle(document.body)[name].match(/[0-9]+/)[0])"
    )
    assert (int(dark) < int(light)) == (scheme == "dark")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"api-{width}-{scheme}.png")
    page.locator("nav a", has_text="/deals/{id}/timeline/").click()
    section = page.locator(page.evaluate("location.hash"))
    section.locator("summary").click()
    assert section.locator("text=believed_at").first.is_visible()
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"api-{width}-{scheme}-open.png")
