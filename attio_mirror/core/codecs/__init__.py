"""Between Attio's wire and canonical elements: one small codec per attribute type, and whole attributes on top."""

from __future__ import annotations

from .attributes import decode_values, encode_values, parse_values, versions
from .base import ENVELOPE, Codec, InvalidValue, Names, NoNames, as_uuid
from .people import LOCATION_KEYS, NAME_KEYS
from .registry import codec_for

__all__ = [
    "ENVELOPE",
    "LOCATION_KEYS",
    "NAME_KEYS",
    "Codec",
    "InvalidValue",
    "Names",
    "NoNames",
    "as_uuid",
    "codec_for",
    "decode_values",
    "encode_values",
    "parse_values",
    "versions",
]
