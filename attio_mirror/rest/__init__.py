"""The REST API of the shipped rows: for scripts and other services of the host. The one user of `rest_framework`."""

from __future__ import annotations
