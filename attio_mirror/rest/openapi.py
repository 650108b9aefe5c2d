"""The guard of the one optional package: without drf-spectacular the API is the same and has no document of itself."""

from __future__ import annotations

from typing import Any

try:
    from .describing import Described, describe
except ImportError:  # attio-mirror[openapi] is not installed
    SCHEMA: Any = None
    describe_with: Any = None
else:
    SCHEMA, describe_with = Described(), describe

IS_INSTALLED = describe_with is not None
"""Whether the API can describe itself."""
