"""The app: finds the mirrors, listens to saves, registers the checks."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class AttioMirrorConfig(AppConfig):
    """`INSTALLED_APPS += ["attio_mirror"]`."""

    name = "attio_mirror"
    verbose_name = "Attio"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Our mirrors first, so that a host's mirror of the same object takes its place; then listen to all."""
        from . import checks, receivers, schedules
        from .mirrors.shipped import register_shipped

        register_shipped()
        autodiscover_modules("mirrors")
        receivers.connect()
        checks.register()
        post_migrate.connect(schedules.lay_down, sender=self, dispatch_uid="attio_mirror.schedules")
