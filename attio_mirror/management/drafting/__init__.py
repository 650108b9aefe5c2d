"""Drafting: a Django model and its mirror, as text, from what Attio says of an object. The inspectdb of Attio."""

from __future__ import annotations

from .module import draft

__all__ = ["draft"]
