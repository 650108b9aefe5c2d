"""A schema nobody changed costs nothing but the looking."""

from __future__ import annotations

from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from attio_mirror.testing import Attio


def test_a_second_look_at_a_schema_writes_no_attribute(attio: Attio) -> None:
    with CaptureQueriesContext(database) as asked:
        attio.refresh()
    assert not [query["sql"] for query in asked if query["sql"].startswith("UPDATE") and "_link" in query["sql"][:40]]
