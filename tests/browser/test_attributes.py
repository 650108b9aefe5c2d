"""Attributes of Attio's schema, edited in the admin: one PATCH, or Attio's refusal beside the setting."""

from __future__ import annotations

import pytest

from attio_mirror.models import Attribute, LinkState
from attio_mirror.testing import Attio

from .screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_edited_attribute_is_patched_at_once(pipeline: Attio, screen: Screen) -> None:
    attribute = Attribute.objects.get(slug="next_step", object__slug="deals")
    screen.open(attribute)
    screen.fill(title="Next move", description="What happens next")
    screen.page.check("#id_is_required")
    screen.save()
    pipeline.drain()
    screen.badge("In step")
    [write] = pipeline.gate.writes()
    where = f"/v2/objects/{attribute.object.object_id}/attributes/{attribute.attribute_id}"  # type: ignore[union-attr]  # deals
    changes = {"title": "Next move", "description": "What happens next", "is_required": True}
    assert (write.method, write.path, write.body) == ("PATCH", where, {"data": changes})
    screen.shoot("attribute")


def test_a_refused_setting_says_why_and_is_mended(pipeline: Attio, screen: Screen) -> None:
    attribute = Attribute.objects.get(slug="lead_source", object__slug="deals")
    screen.open(attribute)
    screen.fill(title="Source")
    screen.page.check("#id_is_unique")
    screen.save()
    pipeline.drain()
    screen.badge("Refused by Attio")
    assert "Cannot set attribute as unique." in screen.note("is_unique")
    screen.page.reload()
    assert "Cannot set attribute as unique." in screen.note("is_unique")
    assert screen.page.is_checked("#id_is_unique")
    assert screen.page.input_value("#id_title") == "Source"
    screen.shoot("refused-attribute")
    screen.follow("button:has-text('Retry')")
    screen.badge("Refused by Attio")
    screen.page.uncheck("#id_is_unique")
    screen.save()
    pipeline.gate.forget()
    pipeline.drain()
    screen.badge("In step")
    [write] = pipeline.gate.writes()
    assert write.body == {"data": {"title": "Source"}}
    assert pipeline.state(attribute) == LinkState.IN_STEP


def test_a_refusal_that_names_no_setting_stands_above_the_form(pipeline: Attio, screen: Screen) -> None:
    attribute = Attribute.objects.get(slug="name", object__slug="deals")
    screen.open(attribute)
    screen.fill(title="Called", api_slug="called")
    screen.save()
    pipeline.drain()
    screen.badge("Refused by Attio")
    screen.page.locator(".attio-words", has_text="Cannot update a System attribute.").wait_for()
    assert screen.page.input_value("#id_api_slug") == "called"
    screen.page.locator("button:has-text('Retry')").wait_for()
