"""Django's own admin classes under names that are generic for the type checker, and narrowed to the user's tenants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from django import forms
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.core import paginator
from django.db import models
from django.http import HttpRequest

from ..sync.tenants import narrowed

if TYPE_CHECKING:
    Admin: TypeAlias = admin.ModelAdmin[Any]
    TabularInline: TypeAlias = admin.TabularInline[Any, Any]
    ModelForm: TypeAlias = forms.ModelForm[Any]
    Paginator: TypeAlias = paginator.Paginator[Any]
else:
    Admin = admin.ModelAdmin
    TabularInline = admin.TabularInline
    ModelForm = forms.ModelForm
    Paginator = paginator.Paginator

Rows: TypeAlias = "models.QuerySet[Any]"


class ModelAdmin(Admin):
    """All pages, actions and autocompletes take their rows from here."""

    def get_queryset(self, request: HttpRequest) -> Rows:
        """Of the user's tenants."""
        return narrowed(super().get_queryset(request), request.user)

    def log_changes(self, request: HttpRequest, rows: Sequence[models.Model], message: str) -> None:
        """One line in the log of each of many rows."""
        user: Any = request.user
        if rows:
            LogEntry.objects.log_actions(user.pk, rows, CHANGE, change_message=message)
