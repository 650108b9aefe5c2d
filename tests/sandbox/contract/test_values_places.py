"""Locations, and the interactions Attio computes."""

from __future__ import annotations

import pytest

from tests.sandbox.contract.kit import TEN_KEYS, make_company, make_deal, make_person, place, said, write
from tests.sandbox.contract.shelf import custom, kept, refused
from tests.sandbox.contract.voice import Api

OFFICE = place(
    line_1="1 Infinite Loop", locality="Cupertino", region="CA", postcode="95014", country_code="US",
    latitude="37.331741", longitude="-122.030333",
)  # fmt: skip


def test_a_location_comes_back_as_it_went(api: Api) -> None:
    """Attio's OpenAPI document: ten keys in, ten keys out."""
    [value] = make_company(api, primary_location=OFFICE)["values"]["primary_location"]
    assert {key: value[key] for key in TEN_KEYS} == OFFICE


def test_a_location_may_know_little(api: Api) -> None:
    """Attio's docs: each key may be null."""
    assert kept(api, "location", place(locality="Кийв"), "locality") == "Кийв"


@pytest.mark.parametrize("missing", TEN_KEYS)
def test_a_location_needs_all_ten_keys(api: Api, missing: str) -> None:
    """Attio's docs: all ten must be sent."""
    refused(api, "location", {key: value for key, value in OFFICE.items() if key != missing})


def test_a_location_takes_no_other_key(api: Api) -> None:
    """Attio's OpenAPI document: additionalProperties is false."""
    refused(api, "location", OFFICE | {"planet": "Earth"})


@pytest.mark.parametrize("code", ["USA", "XX", "us "])
def test_the_country_is_two_known_letters(api: Api, code: str) -> None:
    """Attio's OpenAPI document: an enumeration of ISO 3166-1 alpha-2."""
    refused(api, "location", OFFICE | {"country_code": code})


@pytest.mark.parametrize("coordinates", [{"latitude": "91"}, {"longitude": "181"}, {"latitude": 37.3}])
def test_coordinates_are_texts_within_the_globe(api: Api, coordinates: dict[str, object]) -> None:
    """Attio's OpenAPI document: strings with a pattern."""
    refused(api, "location", OFFICE | coordinates)


def test_a_location_is_replaced_as_a_whole(api: Api) -> None:
    """Attio's docs: nothing of the old place stays."""
    company = make_company(api, primary_location=OFFICE)
    [value] = write(api, company, primary_location=place(country_code="FR")).data["values"]["primary_location"]
    assert {key: value[key] for key in TEN_KEYS} == place(country_code="FR")


def test_an_address_may_be_plain_text(api: Api) -> None:
    """Attio's docs: parsed on their side; the result cannot be foretold, its shape can."""
    deal = make_deal(api, **{custom(api, "location"): "1 Infinite Loop, Cupertino, CA 95014, US"})
    [value] = deal["values"][custom(api, "location")]
    assert value.keys() >= set(TEN_KEYS)


@pytest.mark.parametrize("slug", ["first_interaction", "last_email_interaction", "next_calendar_interaction"])
def test_interactions_are_computed_not_written(api: Api, slug: str) -> None:
    """Attio's OpenAPI document: interactions accept no writes."""
    interaction = {
        "interaction_type": "email",
        "interacted_at": "2023-01-01T15:00:00.000000000Z",
        "owner_actor": {"type": "system", "id": None},
    }
    assert write(api, make_person(api), **{slug: [interaction]}).status == 400


def test_interactions_of_a_new_person_are_empty(api: Api) -> None:
    """Seen on the live service: present as empty lists."""
    assert said(make_person(api), "last_interaction", "interaction_type") == []
