"""Which codec belongs to which attribute type."""

from __future__ import annotations

from ..values import AttributeType
from .base import Codec
from .contacts import DomainCodec, EmailCodec, PhoneCodec
from .decimals import CurrencyCodec, NumberCodec
from .options import SELECT, STATUS
from .people import LocationCodec, PersonalNameCodec
from .plain import CheckboxCodec, RatingCodec, TextCodec
from .readonly import InteractionCodec, OpaqueCodec
from .references import ActorReferenceCodec, RecordReferenceCodec
from .times import DateCodec, TimestampCodec

_CODECS: dict[str, Codec] = {
    AttributeType.TEXT: TextCodec(),
    AttributeType.NUMBER: NumberCodec(),
    AttributeType.CHECKBOX: CheckboxCodec(),
    AttributeType.CURRENCY: CurrencyCodec(),
    AttributeType.DATE: DateCodec(),
    AttributeType.TIMESTAMP: TimestampCodec(),
    AttributeType.RATING: RatingCodec(),
    AttributeType.STATUS: STATUS,
    AttributeType.SELECT: SELECT,
    AttributeType.RECORD_REFERENCE: RecordReferenceCodec(),
    AttributeType.ACTOR_REFERENCE: ActorReferenceCodec(),
    AttributeType.LOCATION: LocationCodec(),
    AttributeType.DOMAIN: DomainCodec(),
    AttributeType.EMAIL: EmailCodec(),
    AttributeType.PHONE: PhoneCodec(),
    AttributeType.INTERACTION: InteractionCodec("interaction"),
    AttributeType.PERSONAL_NAME: PersonalNameCodec(),
}


def codec_for(attribute_type: AttributeType | str) -> Codec:
    """The codec of a type; for a type we have never heard of, one that keeps its values as they are."""
    return _CODECS.get(attribute_type) or OpaqueCodec(str(attribute_type))
