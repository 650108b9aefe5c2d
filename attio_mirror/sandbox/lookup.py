"""From the names in a path to the things they name, or Attio's 404."""

from __future__ import annotations

from .call import Call
from .errors import Refusal, missing, not_found
from .nouns import AttioList, AttioObject, Attribute, Entry, Holder, Target
from .state import State


def find_object(state: State, key: str) -> AttioObject:
    found = state.objects.find(key)
    if found is not None:
        return found
    if key in state.disabled and state.readings.disabled_object == "standard_object_disabled":
        raise Refusal(400, "standard_object_disabled", f'The standard object "{key}" is disabled.')
    raise missing("Object", key)


def find_list(state: State, key: str) -> AttioList:
    found = state.lists.find(key)
    if found is None:
        raise missing("List", key)
    return found


def find_target(call: Call) -> Target:
    """Whichever of the two `{target}/{identifier}` names."""
    identifier = call.params["identifier"]
    if call.params["target"] == "objects":
        return find_object(call.state, identifier)
    return find_list(call.state, identifier)


def find_attribute(target: Target, key: str) -> Attribute:
    """Archived ones are found too, as seen on the live service."""
    found = target.attributes.find(key)
    if found is None:
        raise missing("Attribute", key)
    return found


def find_record(state: State, target: AttioObject, record_id: str, *, write: bool = False) -> Holder:
    """A record that can be read, or written; one whose merge is under way can be neither."""
    record_id = record_id.lower()
    if record_id in state.merging:
        status = 400 if write else 404
        raise Refusal(status, "merge_in_progress", f'Record with ID "{record_id}" is currently being merged.')
    holder = target.holders.get(record_id)
    if holder is None:
        raise not_found(f'Record with ID "{record_id}" not found.')
    return holder


def find_entry(target: AttioList, entry_id: str) -> Entry:
    holder = target.holders.get(entry_id.lower())
    if not isinstance(holder, Entry):
        raise not_found(f'List entry with ID "{entry_id}" not found.')
    return holder
