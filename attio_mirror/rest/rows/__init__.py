"""The rows: deals, workspaces, companies, people and users."""

from __future__ import annotations
