"""What a person sees without scrolling sideways, on a desk and on a telephone, by day and by night."""

from __future__ import annotations

from typing import Any

import pytest

from attio_mirror.models import Company, Deal
from attio_mirror.testing import Attio

from .screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def deal(pipeline: Attio) -> Deal:
    """One with long words in every column."""
    found = Deal.objects.get()
    found.name = "Marigold Mutual – Zusatzmodul Größe XL"
    found.value, found.stage = 123_456_789, pipeline.stage("In Progress")
    found.associated_company = Company.objects.create(name="Marigold Mutual Insurance of Ireland")
    found.owner = pipeline.member("Chloé")
    found.save()
    pipeline.drain()
    return found


def _is_cut(element: Any) -> bool:
    return bool(element.evaluate("one => one.scrollWidth > one.clientWidth"))


def test_the_list_of_deals_fits_a_desk(screen: Screen, deal: Deal) -> None:
    screen.open(Deal)
    assert not _is_cut(screen.page.locator("#changelist .results"))


def test_the_list_of_deals_shows_the_state_on_a_telephone(screen: Screen, deal: Deal) -> None:
    screen.page.set_viewport_size({"width": 390, "height": 844})
    screen.open(Deal)
    badge = screen.page.locator("#result_list .attio-badge[data-attio-state]").bounding_box()
    assert badge["x"] + badge["width"] <= 390


@pytest.mark.parametrize("width", [1440, 390])
def test_the_page_of_a_deal_is_never_wider_than_the_window(screen: Screen, deal: Deal, width: int) -> None:
    screen.page.set_viewport_size({"width": width, "height": 844})
    screen.open(deal)
    assert not _is_cut(screen.page.locator("html"))
    outside = "all => all.filter(one => one.getBoundingClientRect().right > innerWidth + 1).map(one => one.id)"
    controls = screen.page.locator("#deal_form :is(input, select, textarea, button, .select2-selection):visible")
    assert controls.evaluate_all(outside) == []


def test_text_can_be_read_by_night(screen: Screen, deal: Deal) -> None:
    screen.page.emulate_media(color_scheme="dark")
    screen.open(deal)
    for text in (".attio-badge", ".attio-panel button", ".field-name label", "#id_name", ".attio-ticks label"):
        assert screen.page.locator(text).first.evaluate(CONTRAST) >= 4.5, text


CONTRAST = """one => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const paint = (colour) => { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); };
    const light = () => {
        const parts = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part / 255);
        const [r, g, b] = parts.map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const around = [];
    for (let each = one; each; each = each.parentElement) { around.unshift(getComputedStyle(each).backgroundColor); }
    around.forEach(paint);
    const behind = light();
    paint(getComputedStyle(one).color);
    const [dark, bright] = [behind, light()].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
}"""
"""The contrast of an element's text with what is behind it, as the Web Content Accessibility Guidelines define it."""
