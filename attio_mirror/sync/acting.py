"""Who is editing: the Django user of the request at hand, for the outbox and for conflicts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_user_id: ContextVar[int | None] = ContextVar("attio_mirror_user", default=None)


@contextmanager
def acting(user_id: int | None) -> Iterator[None]:
    """Edits marked inside are this user's."""
    token = _user_id.set(user_id)
    try:
        yield
    finally:
        _user_id.reset(token)


def current_user_id() -> int | None:
    """The user whose edits are being marked, if anybody said so."""
    return _user_id.get()
