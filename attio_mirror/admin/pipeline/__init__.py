"""The pipeline page: books, times, values and conversions of deals, and the rows behind every number."""

from __future__ import annotations

from .page import Pipelined

__all__ = ["Pipelined"]
