"""Floods: many rows at once, each as if it had been created by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DataError, transaction
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from attio_mirror.models import AttributeValue, Link
from attio_mirror.models.flood import FEW, pour, take_stock

from . import kit

pytestmark = pytest.mark.django_db
MANY = FEW + 1
BEGAN = datetime(2026, 5, 9, 21, 43, 8, 480000, tzinfo=UTC)


def versions(count: int, **more: Any) -> list[dict[str, Any]]:
    """Versions of one value, one after the other."""
    link, attribute = kit.link(), kit.attribute()
    given = {"link_id": link.pk, "attribute_id": attribute.pk, "value": {"value": "Größe 契約"}, "text": None,
             "number": Decimal("0.0000000001"), "place": -(2**63), "active_until": None, "actor_type": "",
             "actor_id": "", "learned_at": BEGAN, "learned_from": "sweep", "superseded_slot": 0}  # fmt: skip
    return [{**given, "active_from": BEGAN + timedelta(microseconds=n), **more} for n in range(count)]


def pour_versions(rows: list[dict[str, Any]]) -> None:
    pour(AttributeValue, list(rows[0]), [tuple(row.values()) for row in rows])


@pytest.mark.parametrize("count", [1, FEW, MANY, 1000])
def test_rows_come_back_as_they_were_given(count: int) -> None:
    rows = versions(count)
    pour_versions(rows)
    assert list(AttributeValue.objects.order_by("active_from").values(*rows[0])) == rows
    assert not AttributeValue.objects.exclude(superseded_at=None, end_learned_at=None).exists()


@pytest.mark.parametrize("count", [FEW, MANY])
def test_what_is_there_already_is_left_alone(count: int) -> None:
    rows = versions(count)
    pour_versions(rows[::2])
    first = AttributeValue.objects.earliest("pk")
    for row in rows:
        row["text"] = "anew"
    pour_versions([*rows, *rows])
    assert AttributeValue.objects.count() == count
    first.refresh_from_db()
    assert first.text is None
    assert AttributeValue.objects.filter(text="anew").count() == count // 2


@pytest.mark.skipif(database.vendor != "postgresql", reason="the others cut what is too long, or take it")
@pytest.mark.parametrize("count", [1, MANY])
def test_a_refusal_of_the_database_is_told_in_the_words_of_django(count: int) -> None:
    rows = versions(count, learned_from="x" * 4000)
    with pytest.raises(DataError), transaction.atomic():
        pour_versions(rows)
    assert not AttributeValue.objects.exists()


def test_one_transaction_may_see_several_floods() -> None:
    rows = versions(3 * MANY)
    with transaction.atomic():
        pour_versions(rows[:MANY])
        pour_versions(rows[MANY:])
        pour(AttributeValue, list(rows[0]), [])
    assert AttributeValue.objects.count() == 3 * MANY


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("first", "last", "doubled"), [(500, 512, True), (1000, 1100, True), (513, 1023, False), (60, 70, False)]
)
def test_stock_is_taken_when_a_table_has_doubled(first: int, last: int, *, doubled: bool) -> None:
    with CaptureQueriesContext(database) as asked, transaction.atomic():
        take_stock([Link(pk=first), Link(pk=last)], AttributeValue)
        before = len(asked)
    taken = [query["sql"] for query in asked.captured_queries[before:] if "ANALYZE" in query["sql"]]
    if doubled and database.vendor == "postgresql":
        assert taken == ['ANALYZE "attio_mirror_link", "attio_mirror_attributevalue"']
    else:
        assert not taken
