"""The line of one connection to Attio: the client, keeping the budget, and saying what a refused token lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..client import AttioClient, Kind, Response
from ..core.errors import AttioError, Json, RateLimited, Unauthorized
from ..core.scopes import lacking, needed
from .budget import hush, spend

SELF = "/v2/self"


class Line(AttioClient):
    """One per process, connection and token."""

    def __init__(self, connection_id: int, token: str, *, base_url: str, timeout: float) -> None:
        super().__init__(
            token, base_url=base_url, timeout=(5.0, timeout), budget=lambda kind: spend(connection_id, str(kind))
        )
        self.connection_id = connection_id

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Json = None,
        params: Mapping[str, str | int] | None = None,
        kind: Kind | None = None,
    ) -> Response:
        """As the client; a 429 hushes every process at once, and a 403 says which scopes are missing."""
        try:
            return super().request(method, path, json=json, params=params, kind=kind)
        except RateLimited as error:
            hush(self.connection_id, error)
            raise
        except Unauthorized as error:
            if error.status != 403:
                raise
            raise self._explained(error) from error

    def _explained(self, error: Unauthorized) -> Unauthorized:
        """What the token may do is in Attio's own words: `GET /v2/self` needs no scope (Attio's OpenAPI document)."""
        try:
            wire = super().request("GET", SELF).json
        except AttioError:
            return error
        granted = str(wire.get("scope") or "").split() if isinstance(wire, dict) else []
        missing = tuple(lacking(needed(error.method, error.path), granted))
        if not missing:
            return error
        names = " and ".join(missing)
        message = f"The token lacks the scope {names}. Add it to the token in Attio. (Attio: {error.message})"
        return replace(error, message=message, lacking=missing)
