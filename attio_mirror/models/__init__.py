"""The tables. Fields, constraints and querysets that speak; no HTTP, no merge."""

from __future__ import annotations

from .alert import Alert, AlertKind
from .budget import BudgetKind, RateBudget
from .conflict import AttributePolicy, Conflict, Resolution
from .connection import LOCKED_OUT, Connection, ConnectionState, Operations, WebhookState
from .history import AttributeValue
from .inbox import InboxEntry, InboxState
from .link import ATTRIBUTES, AwaitedReference, Link, LinkState
from .outbox import OutboxEntry, OutboxState, Verb
from .push_batch import BatchedEdit, BatchState, EditState, PushBatch
from .records import Company, Deal, Person, User, Workspace
from .schema import AttioList, AttioObject, Attribute, Member, Option, Target
from .sweep import Sweep, SweepKind, SweepState, SweptPage
from .wish import HistoryWish, Reason, WishState

__all__ = [
    "ATTRIBUTES",
    "LOCKED_OUT",
    "Alert",
    "AlertKind",
    "AttioList",
    "AttioObject",
    "Attribute",
    "AttributePolicy",
    "AttributeValue",
    "AwaitedReference",
    "BatchState",
    "BatchedEdit",
    "BudgetKind",
    "Company",
    "Conflict",
    "Connection",
    "ConnectionState",
    "Deal",
    "EditState",
    "HistoryWish",
    "InboxEntry",
    "InboxState",
    "Link",
    "LinkState",
    "Member",
    "Operations",
    "Option",
    "OutboxEntry",
    "OutboxState",
    "Person",
    "PushBatch",
    "RateBudget",
    "Reason",
    "Resolution",
    "Sweep",
    "SweepKind",
    "SweepState",
    "SweptPage",
    "Target",
    "User",
    "Verb",
    "WebhookState",
    "WishState",
    "Workspace",
]
