"""The host's app."""

from __future__ import annotations

from django.apps import AppConfig


class HostConfig(AppConfig):
    """`INSTALLED_APPS += ["tests.host"]`."""

    name = "tests.host"
    default_auto_field = "django.db.models.BigAutoField"
