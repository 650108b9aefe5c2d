"""The filters that ask, worked with a keyboard alone."""

from __future__ import annotations

import pytest

from attio_mirror.models import Company, Deal
from attio_mirror.testing import Attio

from .screen import Screen
from .test_accessibility import serious

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COMBOBOX = "#changelist-filter .select2-selection[role=combobox]"


@pytest.fixture
def deals(pipeline: Attio) -> None:
    """Of two companies and in two currencies."""
    for name, value, code in (("Marigold Mutual Insurance of Ireland", 100, "EUR"), ("Oolong Ltd", 200, "USD")):
        company = Company.objects.create(name=name)
        for n in range(2):
            Deal.objects.create(
                name=f"{name} {n}", associated_company=company, value=value * (n + 1), value_currency=code,
                stage=pipeline.stage("Lead"), owner=pipeline.member("Ada"),
            )  # fmt: skip


def names(screen: Screen) -> list[str]:
    return [str(one) for one in screen.page.locator("#result_list .field-name").all_inner_texts()]


def test_a_company_is_found_by_typing_and_shown_with_enter(screen: Screen, deals: None) -> None:
    screen.open(Deal)
    assert len(names(screen)) == 5
    screen.page.focus(COMBOBOX)
    screen.page.keyboard.press("Enter")
    screen.page.locator(".select2-search__field:focus").wait_for()
    screen.page.keyboard.type("marig")
    screen.page.locator(".select2-results__option--highlighted", has_text="Marigold").wait_for()
    screen.page.keyboard.press("Enter")
    screen.page.locator(COMBOBOX, has_text="Marigold").wait_for()
    screen.page.focus("form:has(#filter_associated_company) button")
    screen.enter()
    assert "associated_company=" in screen.page.url
    assert len(names(screen)) == 2
    assert "=&" not in screen.page.url
    screen.shoot("filters")
    screen.follow("form:has(#filter_associated_company) a")
    assert "associated_company" not in screen.page.url
    assert len(names(screen)) == 5


def test_amounts_are_asked_in_one_currency(screen: Screen, deals: None) -> None:
    screen.open(Deal)
    screen.page.fill("#filter_value_from", "150")
    screen.enter()
    assert screen.page.url.endswith("value_from=150")
    assert names(screen) == []
    assert "are not compared" in screen.page.locator(".attio-asked .errorlist").inner_text()
    screen.shoot("filters-refused")
    assert serious(screen.page, {}) == []
    screen.page.select_option("#filter_value_currency", "EUR")
    screen.page.focus("#filter_value_from")
    screen.enter()
    assert screen.page.url.endswith("/?value_from=150&value_currency=EUR")
    assert names(screen) == ["Marigold Mutual Insurance of Ireland 1"]
    screen.page.emulate_media(color_scheme="dark")
    screen.page.reload()  # while colours change, they are neither those of day nor of night
    assert serious(screen.page, {"runOnly": ["color-contrast"]}) == []


@pytest.mark.parametrize("width", [1440, 390])
def test_the_filters_are_never_wider_than_their_place(screen: Screen, deals: None, width: int) -> None:
    screen.page.set_viewport_size({"width": width, "height": 844})
    screen.open(Deal)
    screen.page.locator(COMBOBOX).wait_for(state="attached")
    outside = """all => all.filter(one => {
        const around = one.closest("#changelist-filter").getBoundingClientRect();
        return one.getBoundingClientRect().right > around.right;
    }).map(one => one.outerHTML)"""
    controls = screen.page.locator("#changelist-filter :is(input, select, button, .select2-selection):visible")
    assert controls.evaluate_all(outside) == []
