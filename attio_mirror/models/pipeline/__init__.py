"""A pipeline over time, read from the ledger: stays in stages, counted by the database."""

from __future__ import annotations

from .counting import Pipeline, Worth
from .stays import Question, Stays

__all__ = ["Pipeline", "Question", "Stays", "Worth"]
