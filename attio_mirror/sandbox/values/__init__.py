"""Attio's seventeen attribute types, a codec each."""

from __future__ import annotations

from .actors import ActorReference
from .choices import Select, Status
from .codec import Codec
from .interactions import Interaction
from .names import PersonalName
from .numbers import Checkbox, Currency, Number, Rating
from .phones import Phone
from .places import Location
from .references import RecordReference
from .texts import Text
from .times import Date, Timestamp
from .web import Domain, Email

CODECS: dict[str, Codec] = {
    "text": Text(),
    "number": Number(),
    "checkbox": Checkbox(),
    "currency": Currency(),
    "date": Date(),
    "timestamp": Timestamp(),
    "rating": Rating(),
    "status": Status(),
    "select": Select(),
    "actor-reference": ActorReference(),
    "location": Location(),
    "domain": Domain(),
    "email-address": Email(),
    "phone-number": Phone(),
    "interaction": Interaction(),
    "personal-name": PersonalName(),
}
CODECS["record-reference"] = RecordReference(CODECS)

__all__ = ["CODECS", "Codec"]
