"""The pipeline page: from the list of deals to a chart, from a number to its rows, from a row to its deal."""

from __future__ import annotations

import re

import pytest

from attio_mirror.models import Deal
from attio_mirror.testing import Attio

from ..admin.busy import lead_busy_lives
from .screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
INK = """canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
}"""
"""How many colours were drawn."""


@pytest.fixture
def busy(chromium: object, transactional_db: None, attio: Attio) -> list[Deal]:
    """Deals that moved during the last weeks."""
    return lead_busy_lives(attio)


def enter(screen: Screen) -> None:
    """From the list of deals; until all is drawn."""
    screen.open(Deal)
    screen.follow(".object-tools a:has-text('Pipeline')")
    screen.page.wait_for_function(
        "[...document.querySelectorAll('canvas[data-of]')].filter(one => window.Chart?.getChart(one)).length === 6"
    )


def test_pipeline_drill_down(busy: list[Deal], screen: Screen) -> None:
    page = screen.page
    enter(screen)
    canvases = page.locator("canvas[data-of]")
    assert canvases.count() == 6
    assert all(canvases.nth(n).evaluate(INK) > 3 for n in range(6))
    screen.shoot("pipeline")
    summary = page.locator("section:has(#table-stages) summary")
    summary.focus()
    page.keyboard.press("Enter")
    number = page.locator("#table-stages tr:has(th:text-is('Lost')) td >> nth=0").locator("a")
    count = int(number.inner_text())
    number.focus()
    screen.enter()
    assert page.locator(".attio-found").inner_text() == f"{count} rows"
    assert page.locator(".attio-stays tbody tr").count() == count == 2
    screen.shoot("pipeline-rows")
    screen.follow(".attio-stays a:has-text('Tea 3')")
    assert page.input_value("#id_name") == "Tea 3"


def test_a_bar_leads_where_its_number_leads(busy: list[Deal], screen: Screen) -> None:
    page = screen.page
    enter(screen)
    place = page.locator("canvas[data-of=stages]").evaluate(
        """canvas => {
            const bar = Chart.getChart(canvas).getDatasetMeta(0).data[2];
            canvas.scrollIntoView({ block: "center" });
            const at = canvas.getBoundingClientRect();
            return [at.x + bar.x - 5, at.y + bar.y];
        }"""
    )
    page.mouse.click(*place)
    page.locator(".attio-stays").wait_for()
    assert "In Won 🎉" in page.inner_text("h1")


def test_filters_are_kept_on_the_way_and_files_are_downloaded(busy: list[Deal], screen: Screen) -> None:
    page = screen.page
    enter(screen)
    page.select_option("#pipeline_owner", label="Ben Okri")
    page.select_option("#pipeline_by", label="Company")
    screen.follow(".attio-asking button")
    page.locator("section:has(#table-compared) summary").click()
    assert "Acme" in page.inner_text("#table-compared")
    with page.expect_download() as coming:
        page.click("section:has(#table-compared) a:has-text('Download')")
    assert coming.value.suggested_filename == "pipeline-compared.csv"
    screen.follow("#table-compared tbody tr:has-text('Acme') td:last-child a")
    assert page.locator(".attio-found").inner_text() == "2 rows"
    screen.follow("text=Back to the pipeline")
    assert page.locator("#pipeline_owner option:checked").inner_text() == "Ben Okri"


def test_companies_are_found_by_typing(busy: list[Deal], screen: Screen) -> None:
    page = screen.page
    enter(screen)
    page.click(".attio-asked-company .select2-selection")
    page.fill(".select2-search__field", "Acm")
    page.click(".select2-results__option:has-text('Acme')")
    screen.follow(".attio-asking button")
    page.locator("section:has(#table-stages) summary").click()
    assert page.inner_text("#table-stages .attio-sum td >> nth=0") == "3"


@pytest.mark.parametrize("width", [1440, 390])
def test_the_page_is_never_wider_than_the_window(busy: list[Deal], screen: Screen, width: int) -> None:
    page = screen.page
    page.set_viewport_size({"width": width, "height": 844})
    enter(screen)
    for summary in page.locator(".attio-figures summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    screen.shoot(f"pipeline-tables-{width}")


def test_charts_follow_the_scheme(busy: list[Deal], screen: Screen) -> None:
    page = screen.page
    enter(screen)
    ticks = "Chart.getChart(document.querySelector('canvas[data-of=stages]')).options.scales.y.ticks.color"
    light = page.evaluate(ticks)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"{ticks} !== '{light}'")
    assert re.match(r"#|rgb", page.evaluate(ticks))
