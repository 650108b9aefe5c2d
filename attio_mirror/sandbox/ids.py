"""Identifiers that look like Attio's and repeat with the seed."""

from __future__ import annotations

import re
from random import Random

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


class Ids:
    """A source of UUIDs and secrets."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def uuid(self, version: int = 4) -> str:
        """Version 5 is for records born through a unique value, as seen on the live service."""
        digits = f"{self._random.getrandbits(128):032x}"
        variant = "89ab"[int(digits[16], 16) % 4]
        return f"{digits[:8]}-{digits[8:12]}-{version}{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"

    def secret(self) -> str:
        """64 hex characters, like the secret of a webhook."""
        return f"{self._random.getrandbits(256):064x}"


def is_uuid(text: object) -> bool:
    return isinstance(text, str) and UUID.fullmatch(text) is not None
