"""Attio's verbs, as a person would name them; answers are frozen nouns. No models, no settings."""

from __future__ import annotations

from .choices import Choices, OptionInfo, StatusInfo
from .entries import Entries, Entry, Placement
from .members import Identity, MemberInfo, Members
from .records import Found, Merged, Page, Record, Records
from .schema import AttioListInfo, AttioObjectInfo, AttributeInfo, Schema, Target
from .webhooks import Subscription, WebhookInfo, Webhooks
from .wire import WireValue, WireValues


class Attio(Records, Entries, Schema, Choices, Members, Webhooks):
    """Everything we ask of one tenant: `Attio(AttioClient(token)).get("deals", record_id)`."""


__all__ = [
    "Attio",
    "AttioListInfo",
    "AttioObjectInfo",
    "AttributeInfo",
    "Entry",
    "Found",
    "Identity",
    "MemberInfo",
    "Merged",
    "OptionInfo",
    "Page",
    "Placement",
    "Record",
    "StatusInfo",
    "Subscription",
    "Target",
    "WebhookInfo",
    "WireValue",
    "WireValues",
]
