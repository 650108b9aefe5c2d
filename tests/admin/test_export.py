"""Lists as files for spreadsheets, of today and of a day in the past."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from attio_mirror.admin import past, states
from attio_mirror.models import Deal
from attio_mirror.testing import Attio

from .conftest import address
from .desk import Desk

EXPORT = "attio_mirror_deal_attio_export"
HEADS = ["Deal", "Record", "Name", "Stage", "Attio", "Days in stage"]
HEADS += ["Value", "Currency", "Owner", "Associated company"]


def lines(desk: Desk, query: str = "") -> tuple[str, list[list[str]]]:
    answer = desk.client.get(f"{address(EXPORT)}{query}")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    name = answer["Content-Disposition"].partition("filename=")[2]
    return name, list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_a_list_is_handed_out_as_it_is_shown(attio: Attio, desk: Desk, deal: Deal) -> None:
    name, found = lines(desk)
    assert name == '"deals.csv"'
    record = str(attio.link(deal).record_id)
    said = [str(deal.pk), record, "Tea", "Lead", "In step", "0", "10", "USD", "Ada Lovelace", ""]
    assert found == [HEADS, said]


def test_numbers_can_be_counted(attio: Attio, desk: Desk, deal: Deal) -> None:
    Deal.objects.update(value=Decimal("1234567.50"))
    today = timezone.localdate().isoformat()
    assert lines(desk)[1][1][6:8] == ["1234567.5", "USD"]
    assert lines(desk, f"?as_of={today}")[1][1][4:6] == ["10", "USD"]


def test_filters_and_search_narrow_the_file(attio: Attio, desk: Desk, deal: Deal) -> None:
    Deal.objects.create(name="Coffee", stage=attio.stage("In Progress"), owner=attio.member("Ben"))
    assert [line[2] for line in lines(desk)[1][1:]] == ["Coffee", "Tea"]
    assert [line[2] for line in lines(desk, "?q=cof")[1][1:]] == ["Coffee"]
    assert [line[2] for line in lines(desk, f"?stage={deal.stage_id}")[1][1:]] == ["Tea"]


def test_a_file_of_the_past_says_of_which_day(attio: Attio, desk: Desk, deal: Deal) -> None:
    deal.name, today = "Coffee", timezone.localdate().isoformat()
    Deal.objects.filter(pk=deal.pk).update(name="Not sent")
    name, found = lines(desk, f"?as_of={today}")
    assert name == f'"deals-as-of-{today}.csv"'
    assert [line[:4] for line in found[1:]] == [[str(deal.pk), str(attio.link(deal).record_id), "Tea", "Lead"]]


def test_an_impossible_day_leads_back(desk: Desk, deal: Deal) -> None:
    assert desk.client.get(f"{address(EXPORT)}?as_of=2999-01-01").status_code == 302


def test_a_name_is_no_formula(attio: Attio, desk: Desk, deal: Deal) -> None:
    Deal.objects.update(name="=HYPERLINK(1)")
    assert lines(desk)[1][1][2] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("query", ["", "?as_of=today"])
def test_files_ask_the_same_however_many_rows(attio: Attio, desk: Desk, monkeypatch: Any, query: str) -> None:
    query = query.replace("today", timezone.localdate().isoformat())
    asked = []
    for number in (1, 9):
        for n in range(number):
            Deal.objects.create(name=f"{n}", stage=attio.stage("Lead"), owner=attio.member("Ada"))
        attio.drain()
        with CaptureQueriesContext(database) as queries:
            assert len(lines(desk, query)[1]) == Deal.objects.count() + 1
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_long_lists_are_read_in_pieces_up_to_a_cap(attio: Attio, desk: Desk, monkeypatch: Any) -> None:
    monkeypatch.setattr(states, "CHUNK", 2)
    for name in "abcde":
        Deal.objects.create(name=name, stage=attio.stage("Lead"), owner=attio.member("Ada"))
    assert [line[2] for line in lines(desk)[1][1:]] == list("edcba")
    monkeypatch.setattr(states, "CAP", 4)
    assert [line[2] for line in lines(desk)[1][1:]] == list("edcb")
    attio.drain()
    monkeypatch.setattr(past, "CAP", 3)
    assert len(lines(desk, f"?as_of={timezone.localdate()}")[1]) == 4
