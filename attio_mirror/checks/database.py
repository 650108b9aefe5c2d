"""W005: an SQLite that would say "database is locked" while records come in. docs/howto/database.md has the cure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.checks import CheckMessage, Warning  # noqa: A004  # Django's name for it
from django.db import connections, router

from ..models import Link


def check_database(**_: Any) -> list[CheckMessage]:
    """Reads the settings of the database our tables are in, not the database."""
    given: Mapping[str, Any] = connections[router.db_for_write(Link)].settings_dict
    if not str(given["ENGINE"]).endswith("sqlite3"):
        return []
    return [
        Warning(message, hint=f"{hint} See docs/howto/database.md.", id="attio_mirror.W005")
        for message, hint in _of_sqlite(given)
    ]


def _of_sqlite(given: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    options = given.get("OPTIONS") or {}
    is_immediate = str(options.get("transaction_mode") or "").upper() in ("IMMEDIATE", "EXCLUSIVE")
    in_memory = "memory" in str(given.get("NAME"))
    if not is_immediate:
        yield (
            "SQLite's transactions begin without the write lock: those that read first fail when somebody else writes.",
            "Set OPTIONS['transaction_mode'] = 'IMMEDIATE'.",
        )
    elif given.get("ATOMIC_REQUESTS"):
        yield "With ATOMIC_REQUESTS every page view takes SQLite's write lock.", "Set ATOMIC_REQUESTS = False."
    if not in_memory and "WAL" not in str(options.get("init_command") or "").upper():
        yield (
            "SQLite's readers wait for the writer.",
            "Set OPTIONS['init_command'] = 'PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;'.",
        )
