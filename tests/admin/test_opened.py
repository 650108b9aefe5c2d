"""Opening a record in the admin or in the API brings the history that nobody has read yet."""

from __future__ import annotations

import pytest

from attio_mirror import tasks
from attio_mirror.models import Deal, HistoryWish
from attio_mirror.testing import Attio

from ..history.test_opened import moved
from .desk import Desk

__all__ = ["moved"]

BEING_READ = "What came before is being read from Attio."


@pytest.mark.parametrize("page", ["deal_change", "deal_attio_history"])
def test_the_page_of_a_record_brings_its_history(attio: Attio, desk: Desk, moved: Deal, page: str) -> None:
    desk.visit(f"attio_mirror_{page}", moved.pk)
    assert attio.gate.log == [], "nobody waits for Attio when a page opens"
    tasks.history(attio.connection.pk)
    shown = desk.visit("attio_mirror_deal_attio_history", moved.pk, attribute="name")
    assert "Tea" in shown.replace("Green tea", "")
    assert BEING_READ not in shown


def test_the_history_says_that_more_is_to_come(attio: Attio, desk: Desk, moved: Deal) -> None:
    assert BEING_READ in desk.visit("attio_mirror_deal_attio_history", moved.pk)


def test_the_timeline_of_the_api_brings_it_too(attio: Attio, desk: Desk, moved: Deal) -> None:
    url = f"/attio/api/deals/{moved.pk}/timeline/"
    assert [one["text"] for one in desk.client.get(url, {"attribute": "name"}).json()["results"]] == ["Green tea"]
    assert HistoryWish.objects.exists()
    tasks.history(attio.connection.pk)
    assert [one["text"] for one in desk.client.get(url, {"attribute": "name"}).json()["results"]] == [
        "Green tea",
        "Tea",
    ]
