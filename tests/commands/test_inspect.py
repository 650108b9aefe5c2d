"""attio_inspect: what it prints is Python that imports, registers, holds records and sends them back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from attio_mirror.management.drafting import draft
from attio_mirror.management.drafting.naming import Names, call, class_name
from attio_mirror.mirrors.registry import registry
from attio_mirror.service import AttioObjectInfo, AttributeInfo
from attio_mirror.sync.inspection import Inspected
from attio_mirror.sync.mark import mark
from attio_mirror.testing import Attio, sandboxed
from tests.host.bookshop import EUROS, MANY, UNIQUE, add_attribute, open_shop, pointing_to

from .conftest import Run

VESSELS: dict[str, tuple[str, dict[str, Any]]] = {
    "imo_number": ("text", UNIQUE),
    "tonnage": ("number", {}),
    "afloat": ("checkbox", {}),
    "price": ("currency", EUROS),
    "launched": ("date", {}),
    "seen_at": ("timestamp", {}),
    "rating": ("rating", {}),
    "status": ("status", {}),
    "flag": ("select", {}),
    "cargoes": ("select", MANY),
    "operator": ("record-reference", pointing_to("companies")),
    "crew": ("record-reference", pointing_to("people") | MANY),
    "sister_ships": ("record-reference", pointing_to("vessels") | MANY),
    "anything": ("record-reference", pointing_to("people", "companies")),
    "berth": ("record-reference", pointing_to("berths")),
    "captain": ("actor-reference", {}),
    "watchers": ("actor-reference", MANY),
    "home_port": ("location", {}),
    "site": ("domain", {}),
    "contact": ("email-address", {}),
    "orders_to": ("email-address", MANY),
    "phone": ("phone-number", {}),
    "save": ("text", {}),
    "rest": ("text", {}),
}


@pytest.fixture
def harbour(attio: Attio) -> Attio:
    """A custom object with an attribute of every type, some with names that Python or Django want for themselves."""
    build(attio)
    return attio


def build(attio: Attio) -> None:
    for slug in ("berths", "vessels"):
        data = {"api_slug": slug, "singular_noun": slug[:-1].title(), "plural_noun": slug.title()}
        attio.ask("POST", "/v2/objects", {"data": data})
    for name, (kind, more) in VESSELS.items():
        add_attribute(attio, "vessels", name, kind, **more)
    for noun, slug in (("statuses", "status"), ("options", "flag"), ("options", "cargoes")):
        for title in ("One", "Two"):
            attio.ask("POST", f"/v2/objects/vessels/attributes/{slug}/{noun}", {"data": {"title": title}})
    attio.refresh()


@pytest.fixture
def brought_to_life() -> Iterator[Any]:
    """Run a draft as a module of the host's app; what it left in Django's registries goes with the test."""
    made: list[str] = []

    def bring(text: str, name: str) -> ModuleType:
        module = ModuleType("tests.host.drafted")
        sys.modules[module.__name__] = module
        made.append(name.lower())
        exec(compile(text, "drafted.py", "exec"), module.__dict__)  # what a host would import
        return module

    yield bring
    sys.modules.pop("tests.host.drafted", None)
    for name in made:
        model = apps.all_models["host"].get(name)
        mirror = registry.of_model(model) if model else None
        if mirror is not None:
            registry.unregister(type(mirror))
        for key in [key for key in apps.all_models["host"] if key == name or key.startswith(f"{name}_")]:
            del apps.all_models["host"][key]
    apps.clear_cache()


def test_a_draft_imports_and_registers(harbour: Attio, run: Run, brought_to_life: Any) -> None:
    said = run("attio_inspect", "vessels")
    assert not said.failed
    module = brought_to_life(said.out, "Vessel")
    mirror = registry.of_object("vessels")
    assert mirror is not None
    assert mirror.model is module.Vessel
    assert mirror.options.key == "imo_number"
    assert mirror.remainder is not None
    assert set(VESSELS) - set(mirror.declared) == {"anything", "berth"}
    assert "anything (may point to several objects)" in plain(said.out)
    assert "berth (points to berths, which is not mirrored)" in plain(said.out)
    assert "created_at, created_by (written by Attio)" in plain(said.out)


def test_each_type_gets_a_field_that_holds_it(harbour: Attio, run: Run, brought_to_life: Any) -> None:
    model = brought_to_life(run("attio_inspect", "vessels").out, "Vessel").Vessel
    fields = {field.name: field for field in model._meta.get_fields()}
    expected = {
        "imo_number": models.CharField,
        "tonnage": models.DecimalField,
        "afloat": models.BooleanField,
        "price": models.DecimalField,
        "price_currency": models.CharField,
        "launched": models.DateField,
        "seen_at": models.DateTimeField,
        "rating": models.PositiveSmallIntegerField,
        "status": models.ForeignKey,
        "cargoes": models.ManyToManyField,
        "crew": models.ManyToManyField,
        "captain": models.ForeignKey,
        "home_port": models.JSONField,
        "orders_to": models.JSONField,
        "save_value": models.TextField,
        "rest_value": models.TextField,
    }
    assert {name: type(fields[name]) for name in expected} == expected
    assert fields["operator"].related_model._meta.label == "attio_mirror.Company"
    assert fields["sister_ships"].related_model is model
    assert fields["imo_number"].unique
    assert str(model(name="Fram")) == "Fram"
    assert str(model(pk=7)) == "Vessel 7"
    assert model._meta.verbose_name_plural == "Vessels"


@pytest.mark.parametrize("object_slug", ["companies", "people", "users", "workspaces", "deals", "authors"])
def test_every_object_can_be_drafted(attio: Attio, run: Run, object_slug: str) -> None:
    open_shop(attio)
    said = run("attio_inspect", object_slug)
    assert not said.failed
    compile(said.out, "drafted.py", "exec")
    assert max(map(len, said.out.splitlines())) <= 120


def test_an_object_that_is_not_there_fails(attio: Attio, run: Run) -> None:
    assert "“pets”" in run("attio_inspect", "pets").error
    assert run("attio_inspect", "deals", connection="nobody").failed


@pytest.mark.django_db(transaction=True)
def test_records_come_into_the_drafted_model_and_edits_go_out(run: Run, brought_to_life: Any) -> None:
    with sandboxed() as attio:
        build(attio)
        company = attio.create("companies", name="Acme", domains=["acme.example"])
        record_id = attio.create(
            "vessels",
            name="Fram",
            imo_number="9",
            tonnage=402.5,
            afloat=True,
            price=12.5,
            launched="1892-10-26",
            rating=5,
            status="One",
            cargoes=["One", "Two"],
            operator=[{"target_object": "companies", "target_record_id": company}],
            captain="ada@example.com",
            orders_to=["a@example.com"],
            save="kept",
        )
        attio.create("vessels", name="Gjøa")
        attio.create("companies", name="Apex", domains=["apex.example"])
        model = brought_to_life(run("attio_inspect", "vessels").out, "Vessel").Vessel
        with connection.schema_editor() as editor:
            editor.create_model(model)
        try:
            assert not run("attio_pull", "companies").error
            assert not run("attio_pull", "vessels").error
            row = model.objects.get(imo_number="9")
            assert (row.name, row.afloat, row.rating, row.save_value) == ("Fram", True, 5, "kept")
            assert (str(row.status), str(row.operator), str(row.captain)) == ("One", "Acme", "Ada Lovelace")
            assert {str(cargo) for cargo in row.cargoes.all()} == {"One", "Two"}
            row.tonnage, row.rest_value = 500, "here"
            row.save(update_fields=["tonnage", "rest_value"])
            mark(row)  # a mirror registered after the start is not listened to
            attio.drain()
            there = attio.there("vessels", record_id)
            assert (there["tonnage"], there["rest"]) == (500, "here")
        finally:
            with connection.schema_editor() as editor:
                editor.delete_model(model)


def inspected(*attributes: AttributeInfo, singular: str = "Thing", plural: str = "", slug: str = "things") -> Inspected:
    about = AttioObjectInfo("o", "w", slug, singular, plural, "")
    return Inspected(about, list(attributes), {"o": slug}, {})


def plain(text: str) -> str:
    """Comments on one line."""
    return text.replace("\n    # ", " ")


def attribute(slug: str, kind: str = "text", **more: Any) -> AttributeInfo:
    flags = {"system": False, "writable": True, "required": False, "unique": False, "multi": False}
    flags |= {"default_enabled": False, "archived": False}
    title = more.pop("title", slug)
    return AttributeInfo("a", "o", "w", slug, title, None, kind, **{**flags, **more})


def test_whatever_people_call_things_becomes_a_name():
    names = Names()
    accents, clashes = ["Größe", "größe", "日本", "日本語"], ["owner", "owner_id"]
    given = [*accents, *clashes, "2nd-name", "class", "save", "__x__y__", "objects"]
    made = [names.field(one) for one in given]
    assert made[:6] == ["groe", "groe_2", "attribute", "attribute_2", "owner", "owner_id_2"]
    assert made[6:] == ["attribute_2nd_name", "class_value", "save_value", "x_y", "objects_value"]


@pytest.mark.parametrize(
    ("noun", "slug", "name"),
    [
        ("Book", "books", "Book"),
        ("sales lead", "x", "SalesLead"),
        ("本", "books", "Books"),
        ("本", "本", "Record"),
        ("3D model", "x", "Record3DModel"),
        ("None", "x", "RecordNone"),
    ],
)
def test_whatever_an_object_is_called_becomes_a_class(noun: str, slug: str, name: str):
    assert class_name(noun, slug) == name


def test_nobody_can_smuggle_code_in_through_a_title():
    evil = '"""\nimport os\nos.abort()\n"""\\'
    attributes = [attribute("x", title=evil), attribute(f"y{evil}"), attribute(f"z{evil}", "new-type")]
    text = draft(inspected(*attributes, singular=evil, plural=evil, slug=evil))
    tree = compile(text, "drafted.py", "exec")
    assert "os" not in tree.co_names


def test_the_remainder_says_why_it_has_what_it_has():
    left = [attribute("old", archived=True), attribute("mood", "feeling"), attribute("made", writable=False)]
    text = plain(draft(inspected(*left)))
    assert "old (archived)" in text
    assert "mood (of type feeling, which is newer than this package)" in text
    assert "made (written by Attio)" in text
    assert 'f"Thing {self.pk}"' in text


def test_a_name_in_three_parts_gives_way_to_others_of_the_same_name():
    text = draft(inspected(attribute("first_name"), attribute("name", "personal-name")))
    assert 'name = mirrors.Name(first="first_name_2")' in text
    assert "first_name_2 = models.TextField(blank=True)" in text


def test_the_key_is_a_unique_attribute_of_one_value_if_there_is_one():
    several = attribute("domains", "domain", unique=True, multi=True)
    assert 'key = "domains"' in draft(inspected(several))
    assert 'key = "code"' in draft(inspected(several, attribute("code", unique=True, required=True)))
    assert "key" not in draft(inspected(attribute("name")))


def test_a_long_call_is_spread_over_lines():
    assert call("f", ["a", "b"]) == "f(a, b)"
    assert call("f", ["a" * 60, "b" * 60]) == f"f(\n        {'a' * 60},\n        {'b' * 60},\n    )"


def test_titles_are_kept_where_they_say_more_than_the_name():
    text = draft(inspected(attribute("imo", title="IMO number"), attribute("flag_state", title="Flag state")))
    assert 'verbose_name="IMO number"' in text
    assert "Flag state" not in text
