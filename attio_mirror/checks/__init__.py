"""System checks: no network, no tables. Each has an id, a hint, a test and a line in docs/reference/checks.md."""

from __future__ import annotations

from django.core import checks

from .cluster import check_cluster
from .database import check_database
from .declarations import check_mirrors
from .settings import check_settings

__all__ = ["check_cluster", "check_database", "check_mirrors", "check_settings", "register"]


def register() -> None:
    """Called once the app is ready."""
    for check in (check_settings, check_mirrors, check_cluster, check_database):
        checks.register(check, "attio_mirror")
