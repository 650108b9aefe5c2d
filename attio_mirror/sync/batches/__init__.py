"""Push batches: edits of many rows at once, which are held back, approved and undone together."""

from __future__ import annotations

from .edit import changeable, edit, plan_edit
from .undo import NotUndoable, Undo, obstacle
from .verdict import NotYours, approve, finish_left, refuse, withdraw

__all__ = [
    "NotUndoable",
    "NotYours",
    "Undo",
    "approve",
    "changeable",
    "edit",
    "finish_left",
    "obstacle",
    "plan_edit",
    "refuse",
    "withdraw",
]
