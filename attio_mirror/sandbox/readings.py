"""Where Attio's documents leave a question open, one switch per question. The default is the likelier reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Readings:
    """A way to read what is not documented. Tests run the client under several of them."""

    noop_write_makes_version: bool = False
    """Does writing the value that is already there close the version and open an equal one?"""
    patch_empty_list_clears_multi: bool = False
    """Does `[]` sent by PATCH to a multi-value clear it, or add nothing?"""
    empty_required_refused: bool = True
    """Is `[]` on a required attribute refused with missing_value?"""
    empty_text_clears: bool = True
    """Does "" written to a text attribute clear it, or store an empty text?"""
    text_trimmed: bool = False
    """Are spaces around a text cut off?"""
    multi_accepts_bare: bool = False
    """May a multi-value attribute be written with a bare value instead of a list?"""
    too_many_values_code: str = "multiple_values_for_single_value_attribute"
    """The code for a list of several values on a single-value attribute (known from the history route only)."""
    duplicates_in_list: Literal["collapse", "refuse"] = "collapse"
    """The same value twice in one list: taken once, or refused with duplicate_values?"""
    put_reorders: bool = True
    """Does PUT with the same values in another order change their order?"""
    assert_several_matches: Literal["refuse", "first"] = "refuse"
    """Assert whose matching values belong to different records: multiple_match_results, or the first one wins?"""

    archived_option_writable: bool = False
    """May an archived option or status be written to a record that does not hold it?"""
    bare_option_uuid_in_array: Literal["accepted", "ignored"] = "accepted"
    """An option id as a bare string inside a list (one integrator saw it silently ignored)."""
    archived_titles_taken: bool = True
    """Does the title of an archived option or status still count as taken?"""
    option_change_updates_attribute: bool = False
    """Does adding or changing an option emit object-attribute.updated (or list-attribute.updated)?"""

    currency_excess_places: Literal["round", "refuse"] = "round"
    """More than four decimals in a currency value."""
    currency_code_in_value: Literal["refuse", "ignore"] = "refuse"
    """A currency_code written in a value: refused as an unknown key, or ignored?"""
    name_object_needs_all: bool = True
    """Must a personal-name object hold first, last and full name? (Docs and a live test: yes; the document: no.)"""
    phone_object_needs_country: bool = False
    """Must a phone number written as an object hold `country_code`?"""

    system_attribute_edits: frozenset[str] = frozenset(
        {"title", "description", "is_required", "default_value", "config"}
    )
    """What may be edited on a writable system attribute; the rest answers system_edit_unauthorized."""
    domain_creatable: bool = True
    """May attributes of type domain be created? (The document says yes, the docs no.)"""
    custom_object_has_name: bool = True
    """Is a new custom object born with a text attribute `name`?"""
    list_attribute_id_key: Literal["object_id", "list_id"] = "object_id"
    """The key that holds the list's id in the id of a list attribute."""
    disabled_object: Literal["not_found", "standard_object_disabled"] = "not_found"
    """What a standard object that is switched off answers."""
    unknown_query_keys: Literal["refuse", "ignore"] = "refuse"
    """A query parameter nobody documents."""

    query_limit_max: int = 500
    """The largest page of the two query routes; not documented, everybody uses 500."""
    query_limit_over_max: Literal["refuse", "cap"] = "refuse"
    """What a larger limit gets."""
    default_order: Literal["created_at", "unspecified"] = "created_at"
    """The order of a query without sorts; "unspecified" is a fixed shuffle."""
    unknown_option_in_filter: Literal["refuse", "no_match"] = "refuse"
    """A filter naming an option or status that does not exist."""

    create_emits_updates: bool = False
    """Does creating a record also emit record.updated per initial value?"""
    partner_emits_updated: bool = True
    """Does the other side of a relationship emit record.updated too?"""
    partner_actor: Literal["caller", "system"] = "caller"
    """Who is the actor of the values that appear on the other side?"""
    delete_closes_references: bool = True
    """Do references to a deleted record end?"""
    delete_emits_entry_deleted: bool = True
    """Do the list entries of a deleted record emit list-entry.deleted?"""
    object_delete_emits_deleted: bool = False
    """Does deleting a custom object emit record.deleted for each of its records?"""
    person_brings_company: bool = False
    """Does a person created with a work e-mail get a company, made and linked by the system actor? (Seen live;
    off by default because it makes small tests noisy.)"""

    async_merge: bool = False
    """Is a merge answered 202 and finished later?"""
    async_merge_seconds: float = 5
    """How long an asynchronous merge takes."""
    merged_event_twice: bool = True
    """record.merged once per original (newest document), or once for the secondary record only?"""
    merge_emits_created_deleted: bool = False
    """Does a merge also emit record.created and record.deleted?"""
    merge_keeps_history: bool = True
    """Does the merged record carry the versions of the originals, with their times?"""
    merge_unites_relationships: bool = True
    """Are multi-value relationships of both originals united (else: the primary's, if it has any)?"""
    merge_moves_references: bool = True
    """Do references to the originals that are no relationships point to the merged record, or end?"""
