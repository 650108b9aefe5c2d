"""A pipeline over time, read from the ledger: stays in stages, counted by the database."""

from __future__ import annotations

from .counting import CURRENCY, Pipeline, Worth, attributes_of
from .stays import Question, Stays

__all__ = ["CURRENCY", "Pipeline", "Question", "Stays", "Worth", "attributes_of"]
