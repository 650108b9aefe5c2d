"""Many deals at once, as people do it: the change, the approval, and the way back. With the keyboard, too."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model

from attio_mirror.models import Deal, PushBatch
from attio_mirror.testing import Attio

from .screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WON = "Won 🎉"


@pytest.fixture
def deals(pipeline: Attio) -> list[Deal]:
    """Six deals, under a brake that stops more than three."""
    for name in ("Marigold Mutual – Zusatzmodul Größe XL", "Coffee", "Oolong", "Assam", "Sencha"):
        given: dict[str, Any] = {"stage": pipeline.stage("Lead"), "owner": pipeline.member("Ben"), "value": 1200}
        Deal.objects.create(name=name, **given)
    pipeline.drain()
    pipeline.gate.forget()
    return list(Deal.objects.order_by("pk"))


@pytest.fixture
def brake(settings: Any) -> None:
    settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, "APPROVE_COUNT": 3, "APPROVE_BY_ANOTHER": True}


def there(attio: Attio, deals: list[Deal]) -> set[str]:
    return {attio.record(deal)["stage"] for deal in deals}


def fits(screen: Screen) -> bool:
    return not screen.page.locator("html").evaluate("one => one.scrollWidth > one.clientWidth")


def ask(screen: Screen) -> None:
    """From the list to the dry run."""
    screen.open(Deal)
    screen.page.check("#action-toggle")
    screen.page.select_option("select[name=action]", "change_attribute")
    screen.follow("button[name=index]")
    screen.page.select_option("#id_attribute", "stage")
    screen.follow("text=Continue")
    screen.page.select_option("#id_to-stage", label=WON)
    screen.follow("text=See what would change")


def test_bulk_edit_with_approval(pipeline: Attio, screen: Screen, deals: list[Deal], brake: None) -> None:
    ask(screen)
    assert "6 would change" in screen.page.inner_text(".attio-plan-counts")
    assert "It would wait for approval. 6 rows are more than 3." in screen.page.inner_text(".attio-plan")
    screen.shoot("bulk-dry-run")
    screen.page.set_viewport_size({"width": 390, "height": 844})
    assert fits(screen)
    screen.page.set_viewport_size({"width": 1440, "height": 900})
    screen.page.focus("button[name=change]")
    screen.enter()
    screen.page.locator(".messagelist").wait_for()
    screen.shoot("batch-held")
    pipeline.drain()
    assert (there(pipeline, deals), pipeline.gate.writes()) == ({"Lead"}, [])
    approve = "button:has-text('Approve')"
    assert not screen.page.locator(approve).count(), "another has to"
    get_user_model().objects.create_superuser("ben", "ben@example.com", "secret")
    screen.page.context.clear_cookies()
    screen.log_in("ben", "secret")
    screen.open(PushBatch.objects.get())
    assert not screen.page.locator("button:has-text('Withdraw')").count()
    screen.follow(approve)
    screen.page.locator(".messagelist", has_text="Approved: 1.").wait_for()
    pipeline.drain()
    assert there(pipeline, deals) == {WON}
    screen.open(PushBatch)
    screen.shoot("batches")


def test_undo(pipeline: Attio, screen: Screen, deals: list[Deal]) -> None:
    ask(screen)
    screen.follow("button[name=change]")
    screen.page.locator(".messagelist", has_text="of 6 deals changed").wait_for()
    pipeline.drain()
    assert there(pipeline, deals) == {WON}
    pipeline.edit(deals[1], stage="Lost")
    screen.follow("a:has-text('Undo')")
    screen.shoot("undo")
    screen.page.set_viewport_size({"width": 390, "height": 844})
    assert fits(screen)
    screen.page.set_viewport_size({"width": 1440, "height": 900})
    screen.follow("button:has-text('Undo for 6 rows')")
    screen.page.locator(".messagelist", has_text="5 put back.").wait_for()
    assert "It was changed in Attio since by Ben Okri." in screen.page.inner_text("#content")
    screen.shoot("undone")
    screen.page.set_viewport_size({"width": 390, "height": 844})
    assert fits(screen)
    pipeline.drain()
    assert there(pipeline, deals) == {"Lead", "Lost"}
    assert [str(deal.stage) for deal in Deal.objects.order_by("pk")] == ["Lead", "Lost", *["Lead"] * 4]
