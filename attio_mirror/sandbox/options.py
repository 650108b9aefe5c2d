"""The option routes of select attributes and the status routes of status attributes: twins, but for their words."""

from __future__ import annotations

from . import announce
from .answer import Json
from .call import Call
from .errors import Issue, Path, not_allowed, slug_conflict
from .lookup import find_attribute, find_target
from .moments import DURATION
from .nouns import Attribute, Option
from .shapes import Check, boolean, demand, fields, filled, nullable, wrong_type
from .values.choices import find, option_json, unknown

KINDS = {"option": "select", "status": "status"}


def duration(raw: Json, path: Path) -> list[Issue]:
    """An ISO 8601 duration."""
    if not isinstance(raw, str):
        return wrong_type(path, "string", raw)
    return [] if DURATION.fullmatch(raw) else [Issue("invalid_string", path, "Invalid duration")]


STATUS_EXTRAS: dict[str, Check] = {"celebration_enabled": boolean, "target_time_in_status": nullable(duration)}
ARCHIVE: dict[str, Check] = {"is_archived": boolean}
NEW = {
    "option": fields({"data": fields({"title": filled})}),
    "status": fields({"data": fields({"title": filled}, STATUS_EXTRAS)}),
}
EDIT = {
    "option": fields({"data": fields({}, {"title": filled, **ARCHIVE})}),
    "status": fields({"data": fields({}, {"title": filled, **STATUS_EXTRAS, **ARCHIVE})}),
}


def list_options(call: Call) -> Json:
    return _list(call, "option")


def list_statuses(call: Call) -> Json:
    return _list(call, "status")


def create_option(call: Call) -> Json:
    return _create(call, "option")


def create_status(call: Call) -> Json:
    return _create(call, "status")


def update_option(call: Call) -> Json:
    return _update(call, "option")


def update_status(call: Call) -> Json:
    return _update(call, "status")


def _list(call: Call, noun: str) -> Json:
    attribute = _attribute(call, noun)
    archived_too = call.flag("show_archived")
    shown = (option for option in attribute.options.values() if archived_too or not option.is_archived)
    return {"data": [option_json(option, attribute, call.state) for option in shown]}


def _create(call: Call, noun: str) -> Json:
    attribute = _attribute(call, noun)
    demand(NEW[noun], call.body)
    given = call.body["data"]
    _check_title(call, attribute, given["title"], None)
    option = Option(call.state.ids.uuid(), given["title"])
    attribute.options[option.id] = option
    return _edited(call, attribute, option, given)


def _update(call: Call, noun: str) -> Json:
    attribute = _attribute(call, noun)
    demand(EDIT[noun], call.body)
    given = call.body["data"]
    option = find(attribute, call.params[noun])
    if option is None:
        raise unknown(noun, call.params[noun])
    if "title" in given:
        _check_title(call, attribute, given["title"], option)
    return _edited(call, attribute, option, given)


def _attribute(call: Call, noun: str) -> Attribute:
    attribute = find_attribute(find_target(call), call.params["attribute"])
    if attribute.type != KINDS[noun]:
        raise not_allowed(f"This attribute is not a {KINDS[noun]} attribute.")
    return attribute


def _check_title(call: Call, attribute: Attribute, title: str, mine: Option | None) -> None:
    for other in attribute.options.values():
        counts = call.state.readings.archived_titles_taken or not other.is_archived
        if other is not mine and counts and other.title == title:
            noun = "status" if attribute.type == "status" else "select option"
            raise slug_conflict(f'There is already another {noun} with the title "{title}".')


def _edited(call: Call, attribute: Attribute, option: Option, given: dict[str, Json]) -> Json:
    for name, value in given.items():
        setattr(option, name, value)
    if call.state.readings.option_change_updates_attribute:
        announce.attribute_changed(call.state, attribute, "updated", call.actor)
    return {"data": option_json(option, attribute, call.state)}
