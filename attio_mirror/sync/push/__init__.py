"""Push: bring to Attio what rows owe it."""

from __future__ import annotations

from .pump import Pumped, pump

__all__ = ["Pumped", "pump"]
