"""Asking Attio for histories, several at once, in the background's share of the budget."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from ...conf import conf
from ...core.errors import AttioError, RateLimited
from ...models import BudgetKind, Connection, HistoryWish
from ...service import Attio, WireValue
from ..budget import Turn, prepaid, reserve
from ..connections import attio

FULL = 50
"""A history this long may go on: then another page was asked for."""
PAGE = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one wish."""

    wish: HistoryWish
    asked_at: datetime
    wires: Sequence[WireValue] = ()
    error: AttioError | None = None


def ask(connection: Connection, wishes: Sequence[HistoryWish]) -> list[Answer]:
    """One request per wish (Attio's docs: histories are asked for one attribute of one record at a time).

    Raises AttioError only where the budget has no turns; what a request itself comes to stands in its answer.
    """
    service, silence = attio(connection), threading.Event()
    turns = [Turn(at, silence) for at in _turns(connection, len(wishes))]
    with ThreadPoolExecutor(min(conf().threads, len(wishes)), thread_name_prefix="attio-history") as pool:
        answers = list(pool.map(lambda wish, turn: _ask(service, wish, turn), wishes, turns))
    pages = sum(len(answer.wires) // PAGE + 1 for answer in answers if len(answer.wires) >= FULL)
    if pages:  # paid for afterwards: nobody knows beforehand how long a history is
        _turns(connection, pages)
    return answers


def _turns(connection: Connection, n: int) -> list[float]:
    """When each request may go: neither more than the background may have, nor more than there is."""
    shares = (reserve(connection.pk, kind, n) for kind in (BudgetKind.BACKGROUND, BudgetKind.READ))
    return [max(times) for times in zip(*shares, strict=True)]


def _ask(service: Attio, wish: HistoryWish, turn: Turn) -> Answer:
    """In a thread: no database. The attribute goes by its id, which no rename changes."""
    asked_at = timezone.now()
    try:
        with prepaid(turn):
            wires = service.history(wish.link.object, str(wish.link.record_id), wish.attribute.attribute_id)
    except RateLimited as error:
        turn.silence.set()
        return Answer(wish, asked_at, error=error)
    except AttioError as error:
        return Answer(wish, asked_at, error=error)
    return Answer(wish, asked_at, wires)
