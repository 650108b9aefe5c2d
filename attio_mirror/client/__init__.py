"""Attio over HTTP. Nothing outside this package (and the sandbox, which shares no code with it) imports `requests`."""

from __future__ import annotations

from .notice import notify
from .transport import AttioClient, Kind, Response, mount, unmount

__all__ = ["AttioClient", "Kind", "Response", "mount", "notify", "unmount"]
