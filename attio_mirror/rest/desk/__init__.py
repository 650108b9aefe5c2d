"""The desk: what waits, what clashed, what is being read, and how all of it is."""

from __future__ import annotations
