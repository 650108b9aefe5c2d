"""What people and Attio write, type by type, and what becomes of it; mostly in Attio's own examples."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest

from attio_mirror.core.codecs import LOCATION_KEYS, InvalidValue, NoNames, codec_for

ID = "50cf242c-7fa3-4cad-87d0-75b1af71c57b"
MEMBER = {"referenced_actor_type": "workspace-member", "referenced_actor_id": ID}
ADA = {"first_name": "Ada", "last_name": "Lovelace", "full_name": "Ada Lovelace"}
EAST = timezone(timedelta(hours=9))


def parse(kind, value):
    return codec_for(kind).parse(value, NoNames())


@pytest.mark.parametrize(
    ("kind", "written", "canonical"),
    [
        ("text", "  kept as it is ", "  kept as it is "),
        ("text", {"value": "東京 🎉"}, "東京 🎉"),
        ("text", 42, "42"),
        ("text", UUID(ID), ID),
        ("number", 42, "42"),
        ("number", 17224912.0, "17224912"),
        ("number", " 1e3 ", "1000"),
        ("number", {"value": "0.10"}, "0.1"),
        ("number", 1e22, "10000000000000000000000"),
        ("number", 9007199254740993, "9007199254740992"),
        ("number", 5e-7, "0.0000005"),
        ("number", -0.0, "0"),
        ("number", Decimal("2.50"), "2.5"),
        ("checkbox", True, True),
        ("checkbox", "False", False),
        ("checkbox", {"value": "true"}, True),
        ("currency", 4200, "4200"),
        ("currency", "1234.50", "1234.5"),
        ("currency", {"currency_value": 99.99995}, "100"),
        ("currency", 0.00005, "0"),
        ("currency", "0.00015", "0.0002"),
        ("currency", Decimal("-0.00001"), "0"),
        ("currency", 0.1 + 0.2, "0.3"),
        ("currency", "1e2", "100"),
        ("date", "2023", "2023-01-01"),
        ("date", "2023-01", "2023-01-01"),
        ("date", "2023-01-02T15:00:00.000000000+02:00", "2023-01-02"),
        ("date", "2023-01-02T23:00:00-10:00", "2023-01-03"),
        ("date", {"value": "2023-01-02"}, "2023-01-02"),
        ("date", date(9999, 12, 31), "9999-12-31"),
        ("date", datetime(2023, 1, 2, 5, tzinfo=EAST), "2023-01-01"),
        ("timestamp", "2023-01-02", "2023-01-02T00:00:00.000000000Z"),
        ("timestamp", {"value": "2023-01-02T13:00"}, "2023-01-02T13:00:00.000000000Z"),
        ("timestamp", "2023-01-02T13:00:00.123456789Z", "2023-01-02T13:00:00.123456789Z"),
        ("timestamp", datetime(2023, 1, 2, 5, tzinfo=EAST), "2023-01-01T20:00:00.000000000Z"),
        ("timestamp", datetime(2023, 1, 2, 5, 0, 0, 7), "2023-01-02T05:00:00.000007000Z"),  # noqa: DTZ001 - UTC assumed
        ("timestamp", date(2023, 1, 2), "2023-01-02T00:00:00.000000000Z"),
        ("rating", 0, 0),
        ("rating", 3.0, 3),
        ("rating", {"value": 5}, 5),
        ("select", ID.upper(), ID),
        ("select", {"option": ID}, ID),
        ("status", UUID(ID), ID),
        ("status", {"status": ID}, ID),
        ("actor-reference", ID, MEMBER),
        ("actor-reference", UUID(ID), MEMBER),
        ("actor-reference", MEMBER, MEMBER),
        ("location", {"locality": "Cupertino", "country_code": "us", "latitude": 37.331741, "line_2": ""}, None),
        ("domain", "https://Ada:pw@App.Attio.com:443/x/y?z=1#top", "app.attio.com"),
        ("domain", {"domain": " attio.com. "}, "attio.com"),
        ("domain", "東京.JP/path", "東京.jp"),
        ("email-address", "  Alice@App.Attio.COM", "alice@app.attio.com"),
        ("email-address", {"email_address": "ÉVA@example.com"}, "éva@example.com"),
        ("phone-number", "+1 (555) 867-5309", "+15558675309"),
        ("phone-number", {"original_phone_number": "+15558675309", "country_code": None}, "+15558675309"),
        ("phone-number", {"original_phone_number": "+44 20 7946 0000"}, "+442079460000"),
        ("phone-number", {"original_phone_number": "07234172834", "country_code": "GB"}, "+447234172834"),
        ("phone-number", {"original_phone_number": "5558675309", "country_code": "us"}, "+15558675309"),
        ("phone-number", {"original_phone_number": "1-555-867-5309", "country_code": "US"}, "+15558675309"),
        ("phone-number", {"original_phone_number": "06 6982", "country_code": "IT"}, "+39066982"),
        ("phone-number", {"original_phone_number": "8 (812) 123-45-67", "country_code": "RU"}, "+78121234567"),
        ("phone-number", {"original_phone_number": "812 123 45 67", "country_code": "RU"}, "+78121234567"),
        ("phone-number", {"original_phone_number": "06 1 234 5678", "country_code": "HU"}, "+3612345678"),
        ("personal-name", "Lovelace, Ada", ADA),
        ("personal-name", "Ada Lovelace", {"first_name": "Ada Lovelace", "last_name": "", "full_name": "Ada Lovelace"}),
        (
            "personal-name",
            "King, Martin Luther, Jr",
            {"first_name": "Martin Luther, Jr", "last_name": "King", "full_name": "Martin Luther, Jr King"},
        ),
        ("personal-name", {"first_name": " Ada ", "last_name": "Lovelace"}, ADA),
        ("personal-name", {**ADA, "full_name": "Countess Ada"}, {**ADA, "full_name": "Countess Ada"}),
    ],
)
def test_accepted_writes_become_canonical(kind, written, canonical):
    if kind == "location":
        canonical = {
            **dict.fromkeys(LOCATION_KEYS),
            "locality": "Cupertino",
            "country_code": "US",
            "latitude": "37.331741",
        }
    assert parse(kind, written) == canonical


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        *[
            (kind, None)
            for kind in ("text", "checkbox", "rating", "date", "select", "domain", "personal-name", "location")
        ],
        *[("text", value) for value in (True, 1.5, ["a"], {"value": "a", "extra": 1}, {"text": "a"})],
        *[
            ("number", value)
            for value in ("", "1,000", "1_000", "٣", "NaN", float("inf"), True, "1e999", "1e99999", [1])
        ],
        *[("currency", value) for value in ("$5", {"value": 5}, {"currency_value": 5, "currency_code": "USD"}, "1e90")],
        *[("currency", value) for value in (float("nan"), Decimal("Infinity"), 10**60)],
        *[("checkbox", value) for value in (1, "yes", {"value": None})],
        *[("rating", value) for value in (6, -1, 2.5, "3", True, float("nan"), Decimal("0.5"))],
        *[("date", value) for value in ("tomorrow", 2023, {"date": "2023"}, "10000-01-01")],
        *[
            ("timestamp", value)
            for value in ("13:00", 1700000000, datetime.max.replace(tzinfo=timezone(-timedelta(1, -60))))
        ],
        *[("status", value) for value in ({"option": ID}, {"status": 3}, "", "x" * 36, 5)],
        *[("select", value) for value in ({"option": ID, "title": "x"}, [ID])],
        *[("domain", value) for value in ("", "https://", "/path", "two words.com", 7)],
        *[("email-address", value) for value in ("ada", "a@b@c", "ada @example.com", 7, {"email": "a@b.co"})],
        *[("phone-number", value) for value in ("5558675309", "+", "", 15558675309, {"phone_number": "+1555"})],
        ("phone-number", {"original_phone_number": "5558675309", "country_code": "XX"}),
        ("phone-number", {"original_phone_number": "5558675309", "country_code": 1}),
        ("phone-number", {"original_phone_number": "+1555", "extra": 1}),
        *[("personal-name", value) for value in ("", " , ", {"first_name": 1}, {"name": "Ada"}, {}, 7)],
        *[("location", value) for value in ("1 Infinite Loop, Cupertino", {"city": "Cupertino"}, {"locality": 5})],
        *[("location", {"latitude": value}) for value in ("north", 91, True, float("nan"), float("inf"))],
        *[("location", {"country_code": value}) for value in ("USA", "1", 1)],
        ("location", {"longitude": "181"}),
        *[("actor-reference", value) for value in ("Ada", {"referenced_actor_type": "workspace-member"}, 7, {})],
        ("actor-reference", {"referenced_actor_type": "workspace-member", "referenced_actor_id": None}),
        ("actor-reference", {"referenced_actor_type": "robot", "referenced_actor_id": ID}),
        ("actor-reference", {"referenced_actor_type": "app", "referenced_actor_id": "me"}),
        *[
            ("interaction", value)
            for value in ("email", {"interacted_at": "soon"}, {"interacted_at": "2023", "owner_actor": 1})
        ],
        ("hologram", "bare"),
    ],
)
def test_nonsense_is_refused(kind, written):
    with pytest.raises(InvalidValue):
        parse(kind, written)


@pytest.mark.parametrize(
    ("kind", "element", "sent"),
    [
        ("text", "a", {"value": "a"}),
        ("number", "42", {"value": 42}),
        ("number", "0.1", {"value": 0.1}),
        ("currency", "4200", {"currency_value": 4200}),
        ("currency", "99.99", {"currency_value": 99.99}),
        ("currency", "90071992547409.9301", "90071992547409.9301"),
        ("currency", "9007199254740993", "9007199254740993"),
        ("select", ID, {"option": ID}),
        ("status", ID, {"status": ID}),
        ("domain", "attio.com", {"domain": "attio.com"}),
        ("email-address", "a@b.co", {"email_address": "a@b.co"}),
        ("phone-number", "+15558675309", "+15558675309"),
        ("actor-reference", MEMBER, MEMBER),
        ("personal-name", ADA, ADA),
    ],
)
def test_canonical_elements_are_sent_in_these_shapes(kind, element, sent):
    encoded = codec_for(kind).encode(element)
    assert encoded == sent
    assert type(encoded) is type(sent)


def test_an_integral_number_is_sent_as_an_integer():
    assert isinstance(codec_for("currency").encode("4200")["currency_value"], int)


@pytest.mark.parametrize("kind", ["interaction", "hologram"])
def test_what_attio_computes_is_never_sent(kind):
    with pytest.raises(InvalidValue, match="no writing"):
        codec_for(kind).encode({"anything": 1})


@pytest.mark.parametrize("element", [{"referenced_actor_type": "system", "referenced_actor_id": None}, "me"])
def test_only_members_are_sent_as_actors(element):
    with pytest.raises(InvalidValue, match="workspace member"):
        codec_for("actor-reference").encode(element)


@pytest.mark.parametrize(
    ("kind", "wire", "element"),
    [
        ("status", {"status": {"title": "Won", "id": {"status_id": ID.upper()}}}, ID),
        ("status", {"status": ID}, ID),
        ("select", {"option": {"title": "Medium", "id": {"option_id": ID}}}, ID),
        ("currency", {"currency_value": 10000, "currency_code": "USD"}, "10000"),
        ("phone-number", {"original_phone_number": "5558675309", "country_code": "US"}, "+15558675309"),
        (
            "personal-name",
            {"first_name": "Ada", "last_name": None, "full_name": "Ada"},
            {**ADA, "last_name": "", "full_name": "Ada"},
        ),
        ("actor-reference", {"referenced_actor_type": "system", "referenced_actor_id": None}, None),
        ("hologram", {"beam": 1, "attribute_type": "hologram", "active_from": "x"}, {"beam": 1}),
    ],
)
def test_read_shapes_become_canonical(kind, wire, element):
    assert codec_for(kind).decode(wire) == (element if element is not None else wire)


def test_an_interaction_is_kept_with_nine_digits():
    wire = {"interaction_type": "email", "interacted_at": "2023-01-01T15:00:00.061Z", "owner_actor": {"type": "system"}}
    assert codec_for("interaction").decode(wire) == {
        "interaction_type": "email",
        "interacted_at": "2023-01-01T15:00:00.061000000Z",
        "owner_actor": {"type": "system", "id": None},
    }


@pytest.mark.parametrize("wire", [{}, {"option": {"title": "x"}}, {"option": {"id": ID}}, {"option": "Medium"}])
def test_an_option_without_an_id_is_nonsense(wire):
    with pytest.raises(InvalidValue):
        codec_for("select").decode(wire)
