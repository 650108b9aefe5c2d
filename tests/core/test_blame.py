"""A refusal finds its field, by path, by name, or by the value it quotes."""

from __future__ import annotations

import pytest

from attio_mirror.core.blame import blame
from attio_mirror.core.errors import NotUnique, Refused, ValidationIssue
from attio_mirror.core.values import AttributeSpec, AttributeType

STAGE_ID = "41252299-f8c7-4b5e-99c9-4ff8321d2f96"
MEMBER_ID = "50cf242c-7fa3-4cad-87d0-75b1af71c57b"
SPECS = [
    AttributeSpec("name", AttributeType.TEXT),
    AttributeSpec("stage", AttributeType.STATUS, attribute_id=STAGE_ID),
    AttributeSpec("tags", AttributeType.SELECT, multi=True),
    AttributeSpec("owner", AttributeType.ACTOR_REFERENCE),
]
SAID = {
    "name": [{"value": 'Say "hi"'}],
    "stage": [{"status": "In Progress"}],
    "tags": [{"option": "name"}, {"option": 'The "big" one'}, {"option": None}],
    "owner": [{"referenced_actor_type": "workspace-member", "referenced_actor_id": MEMBER_ID}],
}


@pytest.mark.parametrize(
    ("message", "slug"),
    [
        (f'Required value for attribute with ID "{STAGE_ID}" was not provided.', "stage"),
        (f'Invalid value supplied for attribute with ID "{STAGE_ID}"', "stage"),
        ('An invalid value was passed to attribute with slug "name".', "name"),
        ('Attribute with slug/ID "tags" not found.', "tags"),
        ('No attribute was found for matching_attribute slug/ID "name".', "name"),
        ('The value "stage" provided for attribute with slug "name" is taken.', "name"),
        ('Cannot find status attribute with status option title "In Progress".', "stage"),
        ('Cannot find select attribute with select option title "name".', "tags"),
        ('Cannot find select attribute with select option title "The "big" one".', "tags"),
        (f'Workspace member with ID "{MEMBER_ID}" not found.', "owner"),
        ('Cannot find select attribute with select option title "unheard of".', None),
        ('Object with slug/ID "stage" not found.', None),
        ("Cannot update a System attribute.", None),
        ("", None),
    ],
)
def test_the_message_names_the_field(message, slug):
    assert blame(Refused(message), SPECS, SAID) == slug


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        (("data", "values", "stage"), "stage"),
        (("data", "values", STAGE_ID, "0", "status"), "stage"),
        (("data", "entry_values", "tags"), "tags"),
        (("data", "values"), None),
        (("data", "values", "unheard_of"), None),
        (("request_as",), None),
    ],
)
def test_the_path_names_the_field(path, slug):
    error = Refused("Body payload validation error.", validation=(ValidationIssue("invalid", path, "Invalid input"),))
    assert blame(error, SPECS) == slug


def test_a_validation_message_names_the_field_too():
    issue = ValidationIssue("invalid", ("data",), 'An invalid value was passed to attribute with slug "owner".')
    assert blame(Refused("Body payload validation error.", validation=(issue,)), SPECS) == "owner"


def test_the_path_is_believed_before_the_message():
    issue = ValidationIssue("invalid", ("data", "values", "tags"), "Invalid input")
    assert blame(Refused('attribute with slug "name"', validation=(issue,)), SPECS, SAID) == "tags"


def test_a_value_sent_to_two_fields_blames_neither():
    assert blame(NotUnique('The value "x" is taken.'), SPECS, {"name": ["x"], "tags": ["x"]}) is None


def test_without_what_we_sent_a_value_names_nothing():
    assert blame(Refused('Cannot find status attribute with status option title "In Progress".'), SPECS) is None
