"""DATABASE_URL and what becomes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from project import databases

BASE = Path("/srv/shop")


def test_relative_sqlite_path_starts_at_the_project():
    assert databases.from_url("sqlite:///demo.sqlite3", base=BASE)["NAME"] == "/srv/shop/demo.sqlite3"


def test_four_slashes_make_the_sqlite_path_absolute():
    assert databases.from_url("sqlite:////var/lib/mirror.sqlite3", base=BASE)["NAME"] == "/var/lib/mirror.sqlite3"


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_sqlite_without_a_file_lives_in_memory(url):
    assert databases.from_url(url, base=BASE)["NAME"] == ":memory:"


def test_server_addresses_are_taken_apart_and_unquoted():
    entry = databases.from_url("postgres://ada:p%40ss@db.example:6432/crm?sslmode=require", base=BASE)
    assert entry == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "crm",
        "USER": "ada",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }


def test_mariadb_tells_upper_from_lower_case():
    entry = databases.from_url("mysql://root@127.0.0.1/test", base=BASE)
    assert entry["OPTIONS"] == {"charset": "utf8mb4", "collation": "utf8mb4_bin"}
    assert entry["TEST"] == {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_bin"}


def test_unknown_database_is_refused_with_the_ways_to_write_it():
    with pytest.raises(ImproperlyConfigured, match="sqlite:///file, postgres://… or mysql://…"):
        databases.from_url("oracle://localhost/xe", base=BASE)


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="asks SQLite about itself")
def test_sqlite_really_runs_with_a_write_ahead_log():
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone() == ("wal",)
    assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
