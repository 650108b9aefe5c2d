"""Where the play takes place: on SQLite always, on PostgreSQL where there is one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from .stage import Stage, own_database, raised

HERE = Path(__file__).parent


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest begin first: at the end, one worker would be left alone with them."""
    items.sort(key=lambda item: item.path.parent != HERE)


@pytest.fixture
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """A stage with a database of its own: SQLite, or what an indirect parameter asks for."""
    if not Path("/proc/self/task").is_dir():
        pytest.skip("needs Linux's /proc to see who is busy")
    server = ""
    if getattr(request, "param", "sqlite") == "postgres":
        server = os.environ.get("ATTIO_MIRROR_TEST_POSTGRES", "")
        if not server:
            pytest.skip("set ATTIO_MIRROR_TEST_POSTGRES to the URL of a PostgreSQL server")
    with own_database(server, tmp_path) as url, raised(url, tmp_path) as stage:
        yield stage
