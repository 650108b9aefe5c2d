"""The documented requests leave exactly as documented, and the documented answers are understood."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from attio_mirror.client import AttioClient, mount, unmount
from attio_mirror.core.errors import Json
from attio_mirror.core.values import AttributeSpec, AttributeType
from attio_mirror.service import Attio, AttributeInfo, Record

from ..client.kit import FakeAdapter, answer
from . import pages
from .pages import Page

TOKEN = "0123456789abcdef" * 4


@pytest.fixture
def far() -> Iterator[FakeAdapter]:
    adapter = FakeAdapter()
    mount("https://api.attio.com", adapter)
    yield adapter
    unmount("https://api.attio.com")


@pytest.fixture
def attio(far: FakeAdapter) -> Attio:
    return Attio(AttioClient(TOKEN))


def left_as(page: Page, request: requests.PreparedRequest) -> bool:
    """Whether a request is the page's: method, address, query, headers and JSON body, nothing more and nothing less."""
    url = urlsplit(str(request.url))
    assert (request.method, url.scheme, url.netloc, url.path) == (page.method, "https", "api.attio.com", page.path)
    assert dict(parse_qsl(url.query)) == page.params
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["Content-Type"] == "application/json"
    assert json.loads(request.body or b"null") == page.body
    return True


def test_update_a_workspace_record(attio, far):
    page = pages.UPDATE_WORKSPACE
    far.will(answer(body=page.answer))
    record = attio.update("workspaces", pages.RECORD_ID, pages.WORKSPACE_VALUES)
    assert left_as(page, far.last)
    assert record == Record(
        object_id=pages.OBJECT_ID,
        record_id=pages.RECORD_ID,
        workspace_id=pages.TENANT_ID,
        created_at="2022-11-21T13:22:49.061281000Z",
        web_url=pages.WEB_URL,
        values=pages.WORKSPACE_ANSWERED,
    )


def test_assert_a_workspace_record(attio, far):
    page = pages.ASSERT_WORKSPACE
    far.will(answer(body=page.answer))
    record = attio.assert_("workspaces", pages.WORKSPACE_VALUES, matching="workspace_id")  # Attio's verb
    assert left_as(page, far.last)
    assert record.record_id == pages.RECORD_ID
    assert record.web_url is None  # this page's answer has none
    assert record.values["name"][0]["value"] == "Fundstack"
    assert record.values["users"][0]["target_record_id"] == pages.USER_ID


def test_update_a_deal_record(attio, far):
    page = pages.UPDATE_DEAL
    far.will(answer(body=page.answer))
    record = attio.update("deals", pages.RECORD_ID, pages.DEAL_VALUES)
    assert left_as(page, far.last)
    assert record.web_url is None
    assert record.values == page.answer["data"]["values"]
    assert record.values["stage"][0]["status"]["id"]["status_id"] == pages.STATUS_ID
    assert record.values["value"][0]["currency_value"] == 4200
    assert record.values["owner"][0]["referenced_actor_id"] == pages.MEMBER_ID


@pytest.mark.parametrize(
    ("target", "identifier", "page"),
    [
        ("objects", pages.OBJECT_ID, pages.UPDATE_OBJECT_ATTRIBUTE),
        ("lists", pages.LIST_ID, pages.UPDATE_LIST_ATTRIBUTE),
    ],
)
def test_update_an_attribute(attio, far, target, identifier, page):
    far.will(answer(body=page.answer))
    attribute = attio.update_attribute(target, identifier, pages.ATTRIBUTE_ID, pages.ATTRIBUTE_CHANGES)
    assert left_as(page, far.last)
    said: Json = page.answer["data"]
    assert attribute == AttributeInfo(
        attribute_id=pages.ATTRIBUTE_ID,
        target_id=pages.OBJECT_ID,
        workspace_id=pages.TENANT_ID,
        slug="company",
        title="Company",
        description="A company attribute",
        type="record-reference",
        system=False,
        writable=True,
        required=False,
        unique=False,
        multi=False,
        default_enabled=False,
        archived=False,
        default_value=None,
        relationship=said["relationship"],
        config=said["config"],
        created_at="2021-11-21T13:22:49.061Z",
    )
    assert attribute.spec == AttributeSpec(
        "company", AttributeType.RECORD_REFERENCE, attribute_id=pages.ATTRIBUTE_ID, writable=True
    )


def test_create_a_record_by_slug_and_by_attribute_id(attio, far):
    page = pages.CREATE_RECORD
    far.will(answer(body=page.answer))
    record = attio.create("people", pages.CREATED_VALUES)
    assert left_as(page, far.last)
    assert record.record_id == pages.RECORD_ID
    assert record.web_url == pages.WEB_URL
    assert record.values == {}


def test_object_may_be_named_by_its_id(attio, far):
    far.will(answer(body=pages.CREATE_RECORD.answer))
    attio.create(pages.OBJECT_ID, pages.CREATED_VALUES)
    assert urlsplit(str(far.last.url)).path == f"/v2/objects/{pages.OBJECT_ID}/records"
