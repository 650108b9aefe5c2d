"""What can be wrong with one row, told without its values: names of columns and constraints are no secret."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError

UNWRITABLE = (IntegrityError, DataError, ValidationError, ArithmeticError, ValueError)
"""The database, a field or the host's own `save` does not take what Attio holds. A lost database is none of these."""

_MARIADB = re.compile(r"(entry|value:) '.*' for (key|column)", re.DOTALL)
_POSTGRES = re.compile(r': ".*"', re.DOTALL)


def why(error: Exception) -> str:
    """The reason a row could not be written."""
    if isinstance(error, ValidationError):
        fields = ", ".join(getattr(error, "error_dict", ()))
        return f"the model refuses {fields or 'the row'}"
    if not isinstance(error, IntegrityError | DataError):
        return type(error).__name__
    said = str(error.args[-1] if error.args else "")  # MariaDB puts a number first
    said = _POSTGRES.sub("", _MARIADB.sub(r"\1 … for \2", said))
    return f"{type(error).__name__}: {said.partition(chr(10))[0]}"  # PostgreSQL's second line quotes the values
