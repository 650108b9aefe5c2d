"""Reconcile: the only writer of mirrored rows, bases and history. Works on batches; one record is a batch of one."""

from __future__ import annotations

from .batch import SKEW, Report, reconcile, sift
from .decide import Voice

__all__ = ["SKEW", "Report", "Voice", "reconcile", "sift"]
