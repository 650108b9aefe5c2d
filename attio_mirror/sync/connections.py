"""Connections at work: the service that speaks for one, and what it may do."""

from __future__ import annotations

from functools import lru_cache

from django.utils import timezone

from ..conf import conf
from ..core.errors import AttioError, RateLimited, Unauthorized
from ..core.scopes import lacking
from ..models import Connection, ConnectionState, OutboxEntry, OutboxState
from ..service import Attio, Identity
from . import budget
from .gates import is_gate, remember
from .line import Line
from .wake import wake, wake_pull

REQUIRED_SCOPES = (
    "record_permission:read-write",
    "object_configuration:read",
    "user_management:read",
)
"""What a mirror cannot do without (Attio's docs name the scopes of each route)."""
WANTED_SCOPES = ("object_configuration:read-write", "list_configuration:read", "list_entry:read", "webhook:read-write")
"""What it uses for editing attributes, lists and webhooks."""


NOT_KNOWN = "Attio does not know this token (any more)"
WHAT_TO_DO = (
    "Create one in Attio's workspace settings under Developers, put it where CONNECTIONS['{alias}']['TOKEN'] comes "
    "from, then run manage.py attio_connect {alias}. What waits is kept."
)
FOREIGN = (
    "This token opens another Attio workspace ({theirs}) than the one mirrored as “{alias}” ({ours}). Nothing is sent "
    "or read. Give the other workspace an alias of its own in CONNECTIONS, and this one its own token back."
)


class NotConfigured(Exception):
    """The alias has no token in settings."""


def connection(alias: str = "default") -> Connection:
    """The row of an alias, made on first use. Raises NotConfigured where settings know no such alias."""
    if alias not in conf().connections:
        raise NotConfigured(
            f"No connection “{alias}”: add it to settings.ATTIO_MIRROR['CONNECTIONS'], its TOKEN from the environment."
        )
    return Connection.objects.get_or_create(alias=alias)[0]


def attio(of: Connection) -> Attio:
    """The service of a connection, one per process and token."""
    given = of.conf
    if not given.token:
        raise NotConfigured(f"Connection “{of.alias}” has no TOKEN in settings.ATTIO_MIRROR['CONNECTIONS'].")
    return _attio(of.pk, given.token, given.base_url, conf().timeout)


@lru_cache(maxsize=64)
def _attio(connection_id: int, token: str, base_url: str, timeout: float) -> Attio:
    return Attio(Line(connection_id, token, base_url=base_url, timeout=timeout))


def check(of: Connection) -> Identity:
    """Ask Attio who we are and write down what it says; what the token held up may go again. Raises AttioError."""
    try:
        identity = attio(of).whoami()
    except Unauthorized as error:
        lose_token(of, error)
        raise
    except AttioError as error:
        _write_down(of, error=str(error.message))
        raise
    if not identity.active:
        _write_down(of, state=ConnectionState.REVOKED, error=_what_to_do(of, NOT_KNOWN))
    elif of.workspace_id and identity.workspace_id != of.workspace_id:
        theirs, ours = identity.workspace_name or identity.workspace_id, of.workspace_name or of.workspace_id
        _write_down(of, state=ConnectionState.FOREIGN, error=FOREIGN.format(alias=of.alias, theirs=theirs, ours=ours))
    else:
        _welcome(of, identity)
    return identity


def _welcome(of: Connection, identity: Identity) -> None:
    missing, scopes = missing_scopes(identity.scopes), sorted(identity.scopes)
    before = Connection.objects.get(pk=of.pk)
    may_more = before.scopes != scopes or set(before.missing_scopes) != set(missing)
    _write_down(
        of,
        state=ConnectionState.LIMITED if any(s in REQUIRED_SCOPES for s in missing) else ConnectionState.ACTIVE,
        error="",
        workspace_id=identity.workspace_id or "",
        workspace_slug=identity.workspace_slug or "",
        workspace_name=identity.workspace_name or "",
        actor_id=identity.client_id or "",
        scopes=scopes,
        missing_scopes=missing,
    )
    if may_more or ConnectionState(before.state).is_locked_out:
        _release(of)


def _release(of: Connection) -> None:
    """What waited because of the token need not wait any longer."""
    held_up = OutboxEntry.objects.filter(link__connection=of, state=OutboxState.WAITING, error__status__in=(401, 403))
    if held_up.update(not_before=timezone.now()):
        wake(of.pk)


def missing_scopes(granted: frozenset[str]) -> list[str]:
    """The scopes we use and do not have."""
    return lacking((*REQUIRED_SCOPES, *WANTED_SCOPES), granted)


def take_note(of: Connection, error: AttioError, attribute: str = "") -> None:
    """What a failed request says about the whole connection; `attribute` is what it is about, where Attio said so.

    429: every process is quiet until the moment Attio named. 401: nothing is sent until the connection is checked.
    403: which scopes are missing; the rest goes on. And what the plan does not include, whatever the status.
    """
    if isinstance(error, RateLimited):
        budget.hush(of.pk, error)
    elif isinstance(error, Unauthorized) and error.status == 401:
        lose_token(of, error)
    elif is_gate(error):
        remember(of, error, attribute)
    elif error.lacking and not ConnectionState(of.state).is_locked_out:
        learned: dict[str, object] = {"missing_scopes": sorted({*of.missing_scopes, *error.lacking})}
        if any(scope in REQUIRED_SCOPES for scope in error.lacking):
            learned |= {"state": ConnectionState.LIMITED, "error": error.message}
        _write_down(of, **learned)


def lose_token(of: Connection, error: AttioError) -> None:
    """The token is refused: nothing is sent until somebody, or the tick, checks the connection again."""
    _write_down(of, state=ConnectionState.REVOKED, error=_what_to_do(of, error.message))


def pause(of: Connection) -> None:
    """The kill switch: from the next request on nothing is sent and nothing is read, by whatever process."""
    _write_down(of, paused_at=of.paused_at or timezone.now())


def resume(of: Connection) -> None:
    """Go on where the pause found us."""
    _write_down(of, paused_at=None)
    wake(of.pk)
    wake_pull(of.pk)


def _what_to_do(of: Connection, words: str) -> str:
    return f"{words.rstrip('.')}. {WHAT_TO_DO.format(alias=of.alias)}"


def _write_down(of: Connection, **learned: object) -> None:
    if "state" in learned:
        learned["checked_at"] = timezone.now()
    for name, value in learned.items():
        setattr(of, name, value)
    of.save(update_fields=list(learned))
