"""Operations: what each takes, gives and needs, said once, for the permission, the check of the query and the docs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rest_framework.serializers import BaseSerializer

from .asking import Parameter

Speech = type[BaseSerializer[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one address."""

    about: str
    """A sentence for the documents."""
    needs: str
    """Which of Django's model permissions: view, add, change or delete."""
    takes: Speech | None = None
    gives: Speech | None = None
    many: bool = False
    """Whether it gives a page of them."""
    status: int = 200
    parameters: tuple[Parameter, ...] = ()
    is_conditional: bool = False
    """Whether it heeds If-Match."""
    is_tagged: bool = False
    """Whether its answer carries an ETag."""
    refuses: tuple[int, ...] = ()
    """Statuses of errors beyond those every operation knows (400, 401, 403, 404 for one thing, 429)."""
