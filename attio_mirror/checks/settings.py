"""E001, E002, E006, E007, W001, W002: whether `settings.ATTIO_MIRROR` means what its writer meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004  # Django's name for it

from ..conf import Conf, PushMode, conf, unknown_keys

PAGE = "See docs/reference/settings.md."
POSITIVE = ("timeout", "lease", "batch", "threads", "reads_per_second", "writes_per_second", "attempts", "alert_after")
LIMITS = ("approve_count", "approve_share", "approve_value")
"""None takes such a limit away."""


def check_settings(**_: Any) -> list[CheckMessage]:
    """Misspelled keys, values that mean nothing, connections that could not talk."""
    if shapeless := list(_shapeless()):
        return shapeless
    return [*_unknown(), *_values(), *_times()]


def _shapeless() -> Iterable[CheckMessage]:
    """What would make reading the settings itself fail."""
    given: Any = getattr(settings, "ATTIO_MIRROR", {})
    connections = given.get("CONNECTIONS") or {} if isinstance(given, Mapping) else None
    if not isinstance(connections, Mapping):
        yield Error("ATTIO_MIRROR and its CONNECTIONS must be dicts.", hint=PAGE, id="attio_mirror.E007")
        return
    for alias, values in connections.items():
        if not isinstance(values, Mapping):
            yield Error(
                f"ATTIO_MIRROR['CONNECTIONS']['{alias}'] must be a dict.",
                hint="Write {'TOKEN': os.environ['ATTIO_API_KEY']}.",
                id="attio_mirror.E007",
            )


def _unknown() -> Iterable[CheckMessage]:
    for name in unknown_keys():
        yield Error(f"ATTIO_MIRROR has no setting {name}.", hint=PAGE, id="attio_mirror.E001")


def _values() -> Iterable[CheckMessage]:
    try:
        given = conf()
    except ValueError as error:
        ways = ", ".join(PushMode)
        yield Error(f"ATTIO_MIRROR['PUSH']: {error}.", hint=f"One of: {ways}.", id="attio_mirror.E002")
        return
    yield from _numbers(given)
    if not given.connections:
        yield Warning(
            "ATTIO_MIRROR names no connection, so nothing is mirrored.",
            hint="Add CONNECTIONS = {'default': {'TOKEN': os.environ['ATTIO_API_KEY']}}.",
            id="attio_mirror.W001",
        )
    for alias, connection in given.connections.items():
        if not connection.token:
            yield Warning(
                f"Connection “{alias}” has no TOKEN.", hint="Take it from the environment.", id="attio_mirror.W002"
            )


def _numbers(given: Conf) -> Iterable[CheckMessage]:
    wrong = [name for name in POSITIVE if not _is_positive(getattr(given, name))]
    for name in wrong:
        yield Error(f"ATTIO_MIRROR['{name.upper()}'] must be a number above 0.", hint=PAGE, id="attio_mirror.E007")
    for name in LIMITS:
        limit = getattr(given, name)
        if limit is not None and limit != 0 and not _is_positive(limit):
            yield Error(f"ATTIO_MIRROR['{name.upper()}'] must be a number, or None.", hint=PAGE, id="attio_mirror.E007")
    if given.alert_webhook and not str(given.alert_webhook).startswith(("https://", "http://")):
        yield Error("ATTIO_MIRROR['ALERT_WEBHOOK'] must be an address.", hint=PAGE, id="attio_mirror.E007")
    if not wrong and given.lease <= given.timeout:
        yield Error(
            "ATTIO_MIRROR['LEASE'] must be more than TIMEOUT.",
            hint="Else another process talks about a record while the first one still waits for its answer.",
            id="attio_mirror.E007",
        )


def _is_positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _times() -> Iterable[CheckMessage]:
    if not settings.USE_TZ:
        yield Error(
            "attio_mirror needs USE_TZ = True: Attio's times are moments, not wall clocks.",
            hint="Set USE_TZ = True; TIME_ZONE still says in which zone pages show them.",
            id="attio_mirror.E006",
        )
