"""One of many texts: the same rows as `IN`, on every database."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from attio_mirror.models import AttioObject, Connection
from attio_mirror.models.among import Among

AWKWARD = ["deals", "Größe", "契約 🎉", "a,b", "{a}", '"', "\\", "\\\\'", "NULL", "null", "", "%s", "%(a)s", "'; --"]
TEXTS = st.lists(st.sampled_from([*AWKWARD, "not there", "{", "}"]), max_size=20)


class SameAsIn(TestCase):
    """A plain TestCase, so that Hypothesis gets a rolled back transaction for each example."""

    @classmethod
    def setUpTestData(cls) -> None:
        connection = Connection.objects.create(alias="awkward")
        AttioObject.objects.bulk_create(
            AttioObject(connection=connection, object_id=f"{n}", slug=text) for n, text in enumerate(AWKWARD)
        )

    @given(TEXTS)
    def test_it_finds_what_is_among_them(self, texts: list[str]) -> None:
        found = AttioObject.objects.filter(Among("slug", texts)).values_list("slug", flat=True)
        assert sorted(found) == sorted(set(texts) & set(AWKWARD))

    @given(TEXTS)
    def test_it_can_be_turned_round(self, texts: list[str]) -> None:
        found = AttioObject.objects.exclude(Among("slug", texts)).values_list("slug", flat=True)
        assert sorted(found) == sorted(set(AWKWARD) - set(texts))


@pytest.mark.django_db
def test_among_none_is_nothing_and_asks_nobody() -> None:
    with CaptureQueriesContext(database) as asked:
        assert list(AttioObject.objects.filter(Among("slug", []))) == []
    assert len(asked) == 0


@pytest.mark.django_db
@pytest.mark.skipif(database.vendor != "postgresql", reason="the others have no arrays")
def test_on_postgresql_many_texts_are_one_parameter() -> None:
    many = AttioObject.objects.filter(Among("slug", [f"slug {n}" for n in range(500)]))
    _, params = many.query.get_compiler("default").as_sql()
    assert len(params) == 1
    assert list(many) == []
