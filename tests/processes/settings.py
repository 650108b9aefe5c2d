"""The demo project with little patience: a lease, a doubt and a request end after seconds, not minutes."""

from __future__ import annotations

from project.settings import *  # noqa: F403  # everything but the patience
from project.settings import ATTIO_MIRROR

ATTIO_MIRROR |= {"TIMEOUT": 1.0, "LEASE": 4.0, "DOUBT": 2.0, "BATCH": 12}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
