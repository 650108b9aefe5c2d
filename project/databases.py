"""`DATABASE_URL` becomes one entry of Django's `DATABASES`, with the options each database needs under this load."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

Entry = dict[str, Any]

ENGINES = {
    "sqlite": "django.db.backends.sqlite3",
    "postgres": "django.db.backends.postgresql",
    "postgresql": "django.db.backends.postgresql",
    "mysql": "django.db.backends.mysql",
    "mariadb": "django.db.backends.mysql",
}

# A reader never waits for the writer (WAL), and a transaction takes the write lock when it begins: a deferred one that
# has read and then wants to write fails at once with "database is locked" when somebody else wrote in between.
SQLITE_OPTIONS: Entry = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-20000;PRAGMA journal_size_limit=67108864;"
    ),
}

# Attio tells "Ada" from "ada" in a unique text attribute, so the database has to as well.
MYSQL_COLLATION = "utf8mb4_bin"


def from_url(url: str, *, base: Path) -> Entry:
    """The `DATABASES` entry for `url`; a relative SQLite path (three slashes) starts at `base`."""
    parts = urlsplit(url)
    if parts.scheme not in ENGINES:
        msg = f"DATABASE_URL begins with '{parts.scheme}:'; write sqlite:///file, postgres://… or mysql://… instead."
        raise ImproperlyConfigured(msg)
    engine = ENGINES[parts.scheme]
    if parts.scheme == "sqlite":
        return {"ENGINE": engine, "NAME": _sqlite_name(parts, base), "OPTIONS": dict(SQLITE_OPTIONS)}
    return {"ENGINE": engine, **_server(parts)} | _extras(parts)


def _sqlite_name(parts: SplitResult, base: Path) -> str:
    name = unquote(parts.path.removeprefix("/"))
    if name in ("", ":memory:"):
        return ":memory:"
    return str(base / name)


def _server(parts: SplitResult) -> Entry:
    return {
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }


def _extras(parts: SplitResult) -> Entry:
    options: Entry = dict(parse_qsl(parts.query))
    if ENGINES[parts.scheme] != "django.db.backends.mysql":
        return {"OPTIONS": options}
    options = {"charset": "utf8mb4", "collation": MYSQL_COLLATION} | options
    return {"OPTIONS": options, "TEST": {"CHARSET": "utf8mb4", "COLLATION": MYSQL_COLLATION}}
