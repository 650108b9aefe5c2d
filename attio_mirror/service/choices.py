"""The options of select attributes and the statuses of status attributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self, TypeVar

from ..client import Response
from ..core.errors import Json
from .door import Door, path
from .schema import Target
from .wire import flag, maybe, rows, text


@dataclass(frozen=True, slots=True)
class OptionInfo:
    """An option of a select attribute."""

    option_id: str
    attribute_id: str
    title: str
    archived: bool
    position: int | None = None
    """Its place in the listing; Attio has no order field. Unknown where the option came alone."""

    @classmethod
    def read(cls, wire: Json, position: int | None = None) -> Self:
        """A row of `…/options`."""
        return cls(
            option_id=text(wire, "id", "option_id"),
            attribute_id=text(wire, "id", "attribute_id"),
            title=text(wire, "title"),
            archived=flag(wire, "is_archived"),
            position=position,
        )


@dataclass(frozen=True, slots=True)
class StatusInfo(OptionInfo):
    """A status of a status attribute: an option with a celebration and a target time. `option_id` is its status id."""

    celebration: bool = False
    target_time: str | None = None
    """An ISO 8601 duration."""

    @classmethod
    def read(cls, wire: Json, position: int | None = None) -> Self:
        """A row of `…/statuses`."""
        return cls(
            option_id=text(wire, "id", "status_id"),
            attribute_id=text(wire, "id", "attribute_id"),
            title=text(wire, "title"),
            archived=flag(wire, "is_archived"),
            position=position,
            celebration=flag(wire, "celebration_enabled"),
            target_time=maybe(wire, "target_time_in_status"),
        )


Choice = TypeVar("Choice", bound=OptionInfo)


class Choices(Door):
    """Neither can be deleted or reordered over the API; archiving is a change of `is_archived`."""

    def options(self, target: Target, identifier: str, attribute: str, *, archived: bool = True) -> list[OptionInfo]:
        """The options of a select attribute, in Attio's order."""
        where = path(target, identifier, "attributes", attribute, "options")
        return self._ask(_listing(OptionInfo), "GET", where, params=_shown(archived))

    def create_option(self, target: Target, identifier: str, attribute: str, title: str) -> OptionInfo:
        """Another option."""
        where = path(target, identifier, "attributes", attribute, "options")
        return self._one(OptionInfo.read, "POST", where, json={"data": {"title": title}})

    def update_option(
        self, target: Target, identifier: str, attribute: str, option: str, changes: Mapping[str, Json]
    ) -> OptionInfo:
        """Change `title` or `is_archived`."""
        where = path(target, identifier, "attributes", attribute, "options", option)
        return self._one(OptionInfo.read, "PATCH", where, json={"data": dict(changes)})

    def statuses(self, target: Target, identifier: str, attribute: str, *, archived: bool = True) -> list[StatusInfo]:
        """The statuses of a status attribute, in the order of the pipeline."""
        where = path(target, identifier, "attributes", attribute, "statuses")
        return self._ask(_listing(StatusInfo), "GET", where, params=_shown(archived))

    def create_status(
        self, target: Target, identifier: str, attribute: str, title: str, more: Mapping[str, Json] | None = None
    ) -> StatusInfo:
        """Another status; `more` may hold `celebration_enabled` and `target_time_in_status`."""
        where = path(target, identifier, "attributes", attribute, "statuses")
        return self._one(StatusInfo.read, "POST", where, json={"data": {"title": title, **(more or {})}})

    def update_status(
        self, target: Target, identifier: str, attribute: str, status: str, changes: Mapping[str, Json]
    ) -> StatusInfo:
        """Change `title`, `celebration_enabled`, `target_time_in_status` or `is_archived`."""
        where = path(target, identifier, "attributes", attribute, "statuses", status)
        return self._one(StatusInfo.read, "PATCH", where, json={"data": dict(changes)})


def _shown(archived: bool) -> dict[str, str]:
    return {"show_archived": "true"} if archived else {}


def _listing(kind: type[Choice]) -> Callable[[Response], list[Choice]]:
    return lambda response: [kind.read(row, position) for position, row in enumerate(rows(response.json, "data"))]
