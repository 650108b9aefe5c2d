"""The suite about itself: every behaviour says where it is known from."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.sandbox.contract.kit import (
    create,
    make_company,
    make_deal,
    make_person,
    make_user,
    make_workspace,
    one,
    query,
    unique_email,
)
from tests.sandbox.contract.leftovers import LEFTOVERS, sweep

SOURCES = ("Attio's docs", "Attio's OpenAPI document", "Seen on the live service", "Undocumented")


def behaviours() -> Iterator[tuple[str, str]]:
    """Name and docstring of each contract test."""
    for file in sorted(Path(__file__).parent.glob("test_*.py")):
        if file != Path(__file__):
            for node in ast.parse(file.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                    yield f"{file.name}::{node.name}", ast.get_docstring(node) or ""


def test_every_behaviour_names_its_source() -> None:
    assert [name for name, said in behaviours() if not said.startswith(SOURCES)] == []


def test_nothing_of_ours_stays_behind(sandbox: Callable) -> None:
    api, world = sandbox(person_brings_company=True)
    make_deal(api)
    make_company(api)
    make_user(api)
    make_workspace(api)
    make_person(api, email_addresses=[unique_email()])
    world.clock.advance(seconds=1)
    theirs = create(api, "companies", name="Acme", domains=["acme.com"])
    sweep(api)
    left = {slug: [one(record) for record in query(api, slug)] for slug in LEFTOVERS}
    assert left == {slug: [] for slug in LEFTOVERS} | {"companies": [one(theirs)]}


def test_the_contract_is_long_enough_to_be_one() -> None:
    assert len(list(behaviours())) >= 140
