"""How rows of the past look: the versions of then, put into instances of the model that cannot be saved."""

from __future__ import annotations

from .reader import PastReader
from .rows import Unchangeable

__all__ = ["PastReader", "Unchangeable"]
