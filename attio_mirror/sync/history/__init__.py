"""Histories: all versions of one attribute of one record, read where they are missed, ordered or long unread."""

from __future__ import annotations

from .audit import audit, audit_all
from .imports import Progress, import_history
from .opened import wanted
from .reading import Reading, read_some, read_wishes

__all__ = ["Progress", "Reading", "audit", "audit_all", "import_history", "read_some", "read_wishes", "wanted"]
