"""Settings of the benchmarks: the tests' ones on a database of their own, which is dropped at the end."""

from __future__ import annotations

import os

from project import databases
from tests.settings import *  # noqa: F403  # everything but the database
from tests.settings import BASE_DIR

url = os.environ.get("DATABASE_URL") or "sqlite:///var/benchmark.sqlite3"
(BASE_DIR / "var").mkdir(exist_ok=True)
DATABASES = {"default": databases.from_url(url, base=BASE_DIR)}
# Of this run alone: others may be testing on the same server. On SQLite a file, where Django would test in memory.
_name = f"attio_benchmark_{os.getpid()}"
_is_file = DATABASES["default"]["ENGINE"].endswith("sqlite3")
DATABASES["default"]["TEST"] = {"NAME": str(BASE_DIR / "var" / f"{_name}.sqlite3") if _is_file else _name}
DEBUG = False
