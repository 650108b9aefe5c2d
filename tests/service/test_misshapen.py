"""A 200 of another shape than documented is a `NoAnswer` that names the key, whatever is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

import pytest

from attio_mirror.core.errors import Json, NoAnswer

from ..client.kit import answer
from . import wires
from .test_requests import CASES

MAY_BE_ABSENT = {
    "accurate_at", "avatar_url", "created_at", "web_url", "description", "relationship", "config", "singular_noun",
    "plural_noun", "name", "first_name", "last_name", "email_address", "access_level", "record_image", "record_text",
    "email_addresses", "phone_numbers", "workspace_access", "workspace_member_access", "created_by_actor",
    "target_time_in_status", "workspace_name", "workspace_slug", "workspace_logo_url", "token_type", "exp", "iat",
    "sub", "aud", "iss", "authorized_by_workspace_member_id", "api_slug",
}  # fmt: skip


def bent(wire: Json) -> Iterator[tuple[str, Json]]:
    """`wire` with each key in turn taken away, and with each turned into something else."""
    for path in _paths(wire):
        for spoilt in ("absent", 5):
            copy = deepcopy(wire)
            inner = copy
            for step in path[:-1]:
                inner = inner[step]
            if spoilt == "absent":
                del inner[path[-1]]
            else:
                inner[path[-1]] = spoilt
            yield ".".join(path) + f" {spoilt}", copy


def _paths(wire: Json, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key in wire if isinstance(wire, dict) else ():
        if wire.keys() & {"option_id", "status_id"} and key in ("workspace_id", "object_id"):
            continue  # an option is known by its attribute
        if key in MAY_BE_ABSENT or above[-1:] == ("config",) or key == "default_value":
            continue
        yield (*above, key)
        yield from _paths(wire[key], (*above, key))


SINGLES = {
    name: case for name, case in CASES.items() if isinstance(case[5], dict) and isinstance(case[5].get("data"), dict)
}
BENT = [
    pytest.param(ask, wire, id=f"{name}: {how}")
    for name, (ask, _, _, _, _, reply) in {**SINGLES, "whoami": CASES["whoami"]}.items()
    for how, wire in bent(reply)
]


@pytest.mark.parametrize(("ask", "wire"), BENT)
def test_answer_that_lacks_or_bends_a_key_is_no_answer(attio, far, ask, wire):
    far.will(answer(body=wire))
    with pytest.raises(NoAnswer, match="not of the documented shape") as raised:
        ask(attio)
    assert raised.value.status == 200
    assert raised.value.path == str(far.last.url).removeprefix("https://api.attio.com").partition("?")[0]


LISTINGS = {name: case[0] for name, case in CASES.items() if case[5] == {"data": []}}


@pytest.mark.parametrize("ask", LISTINGS.values(), ids=LISTINGS.keys())
@pytest.mark.parametrize(
    "wire", [{}, [], 5, "x", {"data": None}, {"data": {}}, {"data": [5]}, {"data": [None]}], ids=repr
)
def test_listing_that_is_none_is_no_answer(attio, far, ask, wire):
    far.will(answer(body=wire))
    with pytest.raises(NoAnswer):
        ask(attio)


@pytest.mark.parametrize(
    "values", [None, [], {"name": None}, {"name": {}}, {"name": ["x"]}, {"name": [None]}], ids=repr
)
def test_values_that_are_no_lists_of_objects_are_no_answer(attio, far, values):
    far.will(answer(body={"data": {**wires.record(), "values": values}}))
    with pytest.raises(NoAnswer):
        attio.create("deals", {})


def test_created_webhook_without_its_secret_is_no_answer(attio, far):
    far.will(answer(body={"data": wires.webhook()}))
    with pytest.raises(NoAnswer, match="secret"):
        attio.create_webhook("https://x.example/", [])


def test_message_names_the_key_and_no_value(attio, far):
    wire = wires.record()
    wire["id"]["record_id"] = ["confidential"]
    far.will(answer(body={"data": wire}))
    with pytest.raises(NoAnswer) as raised:
        attio.create("deals", {})
    assert "record_id" in str(raised.value)
    assert "confidential" not in str(raised.value)
