"""The pipeline page: who may see it, that every number is the number of its rows, and that files run no formula."""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from attio_mirror.admin.spreadsheet import harmless
from attio_mirror.models import AttioObject, Attribute, AttributeValue, Company, Connection, Deal, Link
from attio_mirror.testing import Attio

from .busy import lead_busy_lives
from .desk import Desk

PAGE = "admin:attio_mirror_deal_attio_pipeline"
ROWS = "admin:attio_mirror_deal_attio_pipeline_rows"
MEDIANS = {("times", n) for n in range(2, 6)}
"""The numbers that are no numbers of rows."""


@pytest.fixture
def busy(attio: Attio) -> list[Deal]:
    """Deals that moved during the last weeks."""
    return lead_busy_lives(attio)


def text_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return html.unescape(answer.content.decode())


def numbers(text: str) -> list[tuple[str, str]]:
    """The addresses of numbers, and the numbers."""
    found = re.findall(r'<td data-number="[^"]*"><a href="([^"]+)">([^<]+)</a>', text)
    assert found
    return found


def tables(answer: Any) -> dict[str, Any]:
    return {table.name: table for table in answer.context["tables"]}


def test_every_number_is_the_number_of_its_rows(desk: Desk, busy: list[Deal]) -> None:
    asked: dict[str, int] = {}
    for by in ("owner", "company", "currency"):
        answer = desk.client.get(reverse(PAGE), {"by": by})
        assert set(tables(answer)) == {"stages", "held", "won", "conversion", "times", "compared", "books"}
        for table in tables(answer).values():
            if by != "owner" and table.name != "compared":
                continue  # the same, whatever is compared
            for row in table.rows:
                for n, cell in enumerate(row.cells):
                    if cell.url and isinstance(cell.number, int) and (table.name, n) not in MEDIANS:
                        asked.setdefault(cell.url, cell.number)
    assert max(asked.values()) == 7, "one came back to where it began"
    for url, number in asked.items():
        page = desk.client.get(url).context["page"]
        assert page.paginator.count == number, url
        assert len(page.object_list) == number


def test_the_page_says_what_happened(attio: Attio, desk: Desk, busy: list[Deal]) -> None:
    answer = desk.client.get(reverse(PAGE))
    text = text_of(answer)
    found = tables(answer)
    ends = {row.label: row.cells[0].number for row in found["stages"].rows}
    assert ends == {"Lead": 1, "In Progress": 0, "Won 🎉": 2, "Lost": 2, "Whole pipeline": 5}
    won = [sum(row.cells[n].number for row in found["won"].rows) for n in range(4)]
    assert won == [6, 2, 2, 1]
    assert [column.title for column in found["stages"].columns] == [
        "Deals",
        "Value USD",
        "On entering USD",
        "Change USD",
    ]
    names = {row.label: [cell.number for cell in row.cells] for row in found["compared"].rows}
    assert names == {"Ada Lovelace": [0, 4, 1, 1, 1, 3], "Ben Okri": [0, 2, 1, 1, 0, 2]}
    assert "Kaplan and Meier" in text
    assert re.findall(r" style=|<script>|<style", text) == []


def test_filters_narrow_all_tables(attio: Attio, desk: Desk, busy: list[Deal]) -> None:
    acme, ben = Company.objects.get(name="Acme"), attio.member("Ben")

    def whole(**asked: Any) -> int:
        return tables(desk.client.get(reverse(PAGE), asked))["stages"].rows[-1].cells[0].number

    assert whole() == 5
    assert whole(owner=ben.pk) == 2
    assert whole(owner="none") == 0
    assert whole(company=acme.pk) == 3
    assert whole(company=acme.pk, owner=ben.pk) == 2
    assert (whole(currency="USD"), whole(currency="EUR")) == (5, 0)
    assert whole(currency="none") == 0


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"since": "2026-03-01", "until": "2026-01-01"}, "ends before it begins"),
        ({"since": "2020-01-01", "until": "2026-01-01", "unit": "day"}, "more than 62 periods"),
        ({"since": "1066-10-14"}, "fits on no page"),
        ({"since": "soon"}, "Enter a valid date"),
        ({"unit": "lunch"}, "Select a valid choice"),
        ({"owner": "9999"}, "Select a valid choice"),
        ({"company": "9999"}, "Select a valid choice"),
        ({"connection": "9999"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_shown_is_said(desk: Desk, busy: list[Deal], asked: dict[str, str], why: str) -> None:
    answer = desk.client.get(reverse(PAGE), asked)
    assert why in text_of(answer)
    assert "tables" not in answer.context
    assert desk.client.get(reverse(PAGE), {**asked, "csv": "books"}).status_code == 200


@pytest.mark.parametrize(
    "asked",
    [{"at": "soon"}, {"entered": "2026-01-01"}, {"stage": "x"}, {"of": "phone:1"}, {"of": "owner:x"}, {"unit": "x"}],
)
def test_rows_nobody_can_mean_are_not_found(desk: Desk, busy: list[Deal], asked: dict[str, str]) -> None:
    assert desk.client.get(reverse(ROWS), asked).status_code == 404


def test_rows_name_the_deals_and_lead_to_them(attio: Attio, desk: Desk, busy: list[Deal]) -> None:
    [deleted] = Link.objects.exclude(record_gone_at=None)
    Deal.objects.filter(pk=deleted.object_id).delete()
    until = timezone.localdate() + timedelta(days=1)
    text = text_of(desk.client.get(reverse(ROWS), {"left": f"2020-01-01..{until}", "last": "1"}))
    assert "1 row" in text
    page = reverse("admin:attio_mirror_deal_change", args=[deleted.object_id])
    assert re.search(rf'<a href="{page}\?as_of=[^"]+">Tea 4</a> <em>\(row gone\)', text)
    [link] = re.findall(rf'href="({page}[^"]+)"', text)
    assert "Tea 4" in text_of(desk.client.get(link))
    text = text_of(desk.client.get(reverse(ROWS), {"at": until.isoformat()}))
    for n in (0, 1, 2, 3, 5):
        assert f'<a href="{reverse("admin:attio_mirror_deal_change", args=[busy[n].pk])}">Tea {n}</a>' in text


def test_a_stage_that_is_no_more_is_still_told(attio: Attio, desk: Desk, busy: list[Deal]) -> None:
    attio.stage("Won 🎉").delete()
    lost = attio.stage("Lost")
    lost.is_archived = True
    lost.save()
    found = tables(desk.client.get(reverse(PAGE)))
    assert {row.label: row.cells[0].number for row in found["stages"].rows} == {
        "Lead": 1, "In Progress": 0, "Won 🎉": 2, "Lost": 2, "Whole pipeline": 5,
    }  # fmt: skip
    until = (timezone.localdate() + timedelta(days=1)).isoformat()
    text = text_of(desk.client.get(reverse(ROWS), {"at": until}))
    assert "Won 🎉" in text
    assert "Lost" in text


def test_rows_are_turned(desk: Desk, busy: list[Deal], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attio_mirror.admin.pipeline.page.PAGE", 2)
    asked = {"at": (timezone.localdate() + timedelta(days=1)).isoformat()}
    text = text_of(desk.client.get(reverse(ROWS), asked))
    assert "Page 1 of 3" in text
    assert "5 rows" in text
    [older] = re.findall(r'href="([^"]+p=2)"', text)
    assert "Page 2 of 3" in text_of(desk.client.get(reverse(ROWS) + older))


def test_days_begin_at_midnight_of_the_page(attio: Attio, desk: Desk, busy: list[Deal]) -> None:
    late = timezone.now().replace(hour=20, minute=0, second=0, microsecond=0) - timedelta(days=9)
    stays = AttributeValue.objects.filter(link=attio.link(busy[5]), attribute__slug="stage")
    assert stays.update(active_from=late) == 1
    asked = {"unit": "day", "since": late.date().isoformat(), "until": (late + timedelta(days=1)).date().isoformat()}

    def new() -> list[int]:
        return [row.cells[0].number for row in tables(desk.client.get(reverse(PAGE), asked))["won"].rows]

    assert new() == [1, 0]
    with timezone.override("Asia/Tokyo"):
        assert new() == [0, 1]


# -- files ------------------------------------------------------------------------------------------------------------


def read(answer: Any) -> list[list[str]]:
    assert answer["Content-Type"].startswith("text/csv")
    assert "attachment" in answer["Content-Disposition"]
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))


def test_every_table_is_a_file_too(desk: Desk, busy: list[Deal]) -> None:
    shown = tables(desk.client.get(reverse(PAGE)))
    for name, table in shown.items():
        lines = read(desk.client.get(reverse(PAGE), {"csv": name}))
        assert len(lines) == 1 + len(table.rows)
        assert {len(line) for line in lines} == {len(lines[0])}
        assert lines[1][-1] == table.rows[0].cells[-1].plain
    assert desk.client.get(reverse(PAGE), {"csv": "passwords"}).status_code == 404
    until = (timezone.localdate() + timedelta(days=1)).isoformat()
    lines = read(desk.client.get(reverse(ROWS), {"at": until, "csv": "rows"}))
    assert sorted(line[0] for line in lines) == ["Deal", "Tea 0", "Tea 1", "Tea 2", "Tea 3", "Tea 5"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_name_is_a_formula_in_a_file(attio: Attio, desk: Desk, busy: list[Deal], name: str) -> None:
    Deal.objects.filter(pk=busy[0].pk).update(name=name)
    until = (timezone.localdate() + timedelta(days=1)).isoformat()
    cells = [line[0] for line in read(desk.client.get(reverse(ROWS), {"at": until, "csv": "rows"}))]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert any(cell.startswith("'") for cell in cells)


def test_numbers_below_zero_are_no_formulas() -> None:
    assert [harmless(text) for text in ("-5", "-5.25", "--5", "-", "")] == ["-5", "-5.25", "'--5", "'-", ""]


# -- who may ----------------------------------------------------------------------------------------------------------


def test_the_list_of_deals_leads_there_for_who_may_look(clerk: Callable[..., Desk], busy: list[Deal]) -> None:
    viewer = clerk("view_deal")
    assert f'href="{reverse(PAGE)}"' in viewer.visit("attio_mirror_deal_changelist")
    text = text_of(viewer.client.get(reverse(PAGE)))
    assert 'name="company"' not in text, "companies are not his to see"
    assert viewer.client.get(reverse(ROWS)).status_code == 200


def test_the_page_is_closed_to_who_may_not_look(clerk: Callable[..., Desk], busy: list[Deal]) -> None:
    outsider = clerk("view_company")
    for name in (PAGE, ROWS):
        assert outsider.client.get(reverse(name)).status_code == 403
        assert outsider.client.get(reverse(name), {"csv": "books"}).status_code == 403
        assert Client().get(reverse(name)).status_code == 302


def test_of_another_tenant_nothing_is_counted(clerk: Callable[..., Desk], busy: list[Deal], settings: Any) -> None:
    settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, "TENANTS_OF_USER": "tests.admin.test_as_of.none"}
    stranger = clerk("view_deal")
    for name in (PAGE, ROWS):
        assert "No stage of any deal is known yet" in text_of(stranger.client.get(reverse(name)))


def test_rows_a_host_hides_are_not_counted(desk: Desk, busy: list[Deal], monkeypatch: pytest.MonkeyPatch) -> None:
    from django.contrib import admin

    page = admin.site.get_model_admin(Deal)
    monkeypatch.setattr(page, "get_queryset", lambda request: Deal.objects.filter(name="Tea 2"))
    found = tables(desk.client.get(reverse(PAGE)))
    assert found["stages"].rows[-1].cells[0].number == 1


# -- settings ---------------------------------------------------------------------------------------------------------


def test_a_host_says_which_stages_mean_won(desk: Desk, busy: list[Deal], settings: Any) -> None:
    settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, "WON_STAGES": "in progress", "LOST_STAGES": ["nothing"]}
    rows = tables(desk.client.get(reverse(PAGE)))["won"].rows
    assert [sum(row.cells[n].number for row in rows) for n in (1, 2)] == [2, 0]
    assert {row.cells[2].url for row in rows} == {""}


def test_close_dates_that_slip_are_shown_where_a_host_names_the_attribute(
    customs: Attio, desk: Desk, settings: Any
) -> None:
    slug = Attribute.objects.get(type="date", object__slug="deals").slug
    settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, "DEAL_CLOSE_DATE": slug}
    deal = Deal.objects.create(
        name="Tea", stage=customs.stage("Lead"), owner=customs.member("Ada"), other_values={slug: "2026-05-01"}
    )
    customs.drain()
    customs.pass_time(5)
    customs.edit(deal, **{slug: "2026-05-11"})
    customs.pull(deal)
    rows = {row.label: row.cells for row in tables(desk.client.get(reverse(PAGE)))["stages"].rows}
    assert [cell.number for cell in rows["Lead"][-3:]] == [1, 0, 10.0]
    assert [cell.number for cell in rows["Won 🎉"][-3:]] == [0, 0, None]


def test_an_attribute_that_holds_no_dates_slips_nowhere(desk: Desk, busy: list[Deal], settings: Any) -> None:
    for slug in ("name", "no_such_attribute"):
        settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, "DEAL_CLOSE_DATE": slug}
        rows = tables(desk.client.get(reverse(PAGE)))["stages"].rows
        assert {tuple(cell.number for cell in row.cells[-3:]) for row in rows} == {(0, 0, None)}


def test_of_several_connections_one_is_shown(attio: Attio, desk: Desk, busy: list[Deal]) -> None:
    other = Connection.objects.create(alias="other")
    deals = AttioObject.objects.create(connection=other, object_id="o", slug="deals")
    Attribute.objects.create(
        connection=other,
        object=deals,
        target="objects",
        attribute_id="a",
        slug="stage",
        api_slug="stage",
        type="status",
    )
    text = text_of(desk.client.get(reverse(PAGE)))
    assert '<select name="connection"' in text
    for connection, number in ((attio.connection, 5), (other, 0)):
        found = tables(desk.client.get(reverse(PAGE), {"connection": connection.pk}))
        assert found["stages"].rows[-1].cells[0].number == number


def test_of_many_owners_the_page_shows_the_first_and_the_file_all(
    desk: Desk, busy: list[Deal], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("attio_mirror.admin.pipeline.counted.FIRST", 1)
    table = tables(desk.client.get(reverse(PAGE)))["compared"]
    assert [row.label for row in table.rows] == ["Ada Lovelace"]
    assert "The largest 1 of 2; the file has all." in table.note
    lines = read(desk.client.get(reverse(PAGE), {"csv": "compared"}))
    assert [line[0] for line in lines] == ["Owner", "Ada Lovelace", "Ben Okri"]


def test_months_are_called_by_their_names(desk: Desk, busy: list[Deal]) -> None:
    asked = {"unit": "month", "since": "2026-01-01", "until": "2026-02-15"}
    names = [row.label for row in tables(desk.client.get(reverse(PAGE), asked))["won"].rows]
    assert names == ["January 2026", "02/01/2026 – 02/15/2026"]


def test_the_page_asks_the_same_queries_however_many_deals(attio: Attio, desk: Desk, busy: list[Deal]) -> None:
    def asked(name: str, **query: str) -> int:
        with CaptureQueriesContext(database) as queries:
            assert desk.client.get(reverse(name), query).status_code == 200
        return len(queries)

    until = (timezone.localdate() + timedelta(days=1)).isoformat()
    few = asked(PAGE), asked(ROWS, at=until)
    for n in range(12):
        Deal.objects.create(name=f"More {n}", stage=attio.stage("Lead"), owner=attio.member("Ada"), value=n + 1)
    attio.drain()
    assert (asked(PAGE), asked(ROWS, at=until)) == few
    assert few[0] < 45
