"""Errors in one shape, whatever went wrong: `code`, `message`, and where there is more to say

fields   what is wrong with which field: name → [{code, message}]
values   (412) both values of what changed since it was read: name → {given, current}
attio    Attio's own words: {status, code, message}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import ProtectedError, RestrictedError
from django.http import Http404
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from ..core.errors import AttioError, Json
from ..sync.conflicts import Unresolvable
from ..sync.connections import NotConfigured

PROTECTED = "Other rows point to this one and forbid its deletion."
TAKEN = "Another row got this very value a moment ago, or one of the rows it points to went. Nothing was written."
INVALID = "Some of what was sent cannot be taken; `fields` says what and why."
WORDS = {404: "There is no such thing here, or it is not yours to see."}


class ComplaintSerializer(serializers.Serializer[Any]):
    """What is wrong with a field."""

    code = serializers.CharField()
    message = serializers.CharField()


class BothSerializer(serializers.Serializer[Any]):
    """Both values of a field that changed since it was read."""

    given = serializers.JSONField(allow_null=True)
    current = serializers.JSONField(allow_null=True)
    attio = serializers.JSONField(allow_null=True, required=False, help_text="Where Attio says a third thing.")


class WordsSerializer(serializers.Serializer[Any]):
    """Attio's own words."""

    status = serializers.IntegerField(allow_null=True)
    code = serializers.CharField()
    message = serializers.CharField()


class ErrorSerializer(serializers.Serializer[Any]):
    """The one shape of errors."""

    code = serializers.CharField(help_text="For programs.")
    message = serializers.CharField(help_text="For people: what is wrong, and what to do.")
    fields = serializers.DictField(  # type: ignore[assignment]  # the name of our key is that of DRF's property
        child=ComplaintSerializer(many=True), required=False, help_text="What is wrong with which field."
    )
    values = serializers.DictField(child=BothSerializer(), required=False, help_text="With 412: both values.")
    attio = WordsSerializer(required=False)


class Outdated(exceptions.APIException):
    """What was to be changed is not any more what the client had read."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "outdated"
    default_detail = (
        "It changed since you read it; `values` holds what you gave beside what it says now. Read it again."
    )

    def __init__(self, values: Mapping[str, Mapping[str, Json]]) -> None:
        """`values` by field: what was given, and what the row says now."""
        super().__init__()
        self.values = values


class Stale(exceptions.APIException):
    """What was asked for does not fit the state the thing is in by now."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "too_late"
    default_detail = "It is not in a state any more in which this can be done."


class AttioSaidNo(exceptions.APIException):
    """Attio had to be asked, and did not do it."""

    status_code = status.HTTP_502_BAD_GATEWAY
    default_code = "attio"
    default_detail = "Attio did not do it; its words are in `attio`."

    def __init__(self, error: AttioError) -> None:
        """With Attio's words."""
        super().__init__()
        self.words = {"status": error.status, "code": error.code, "message": error.message}


def answer(error: Exception, _context: Mapping[str, Any]) -> Response | None:
    """The answer to an exception, in DRF's place for it; None for what is a bug and belongs to Django."""
    known = _known(error)
    if known is None:
        return None
    headers = {}
    if challenge := getattr(known, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(known, "wait", None):
        headers["Retry-After"] = str(round(wait))
    set_rollback()
    return Response(_body(known), status=known.status_code, headers=headers)


def _known(error: Exception) -> exceptions.APIException | None:
    match error:
        case exceptions.APIException():
            return error
        case Http404():
            return exceptions.NotFound()
        case PermissionDenied():
            return exceptions.PermissionDenied()
        case ProtectedError() | RestrictedError():
            return Stale(PROTECTED, "protected")
        case IntegrityError():
            return Stale(TAKEN, "taken")
        case Unresolvable() | NotConfigured():
            return Stale(str(error), "impossible")
        case AttioError():
            return AttioSaidNo(error)
    return None


def _body(error: exceptions.APIException) -> dict[str, Json]:
    if isinstance(error, exceptions.ValidationError):
        return {"code": "invalid", "message": INVALID, "fields": dict(_fields("", error.get_full_details()))}
    detail: Any = error.detail
    body: dict[str, Json] = {
        "code": str(getattr(detail, "code", error.default_code)),
        "message": WORDS.get(error.status_code) or str(detail),
    }
    if isinstance(error, Outdated):
        body["values"] = error.values
    if isinstance(error, AttioSaidNo):
        body["attio"] = error.words
    return body


def _fields(name: str, found: Any) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Nested complaints under dotted names."""
    if isinstance(found, list) and found and all("message" in one for one in found):
        yield name or "non_field_errors", [{"code": one["code"], "message": str(one["message"])} for one in found]
    elif isinstance(found, list):
        yield from _fields(name, dict(enumerate(found)))
    elif "message" in found and "code" in found:
        yield name or "non_field_errors", [{"code": found["code"], "message": str(found["message"])}]
    else:
        for key, inner in found.items():
            if inner:
                yield from _fields(f"{name}.{key}" if name else str(key), inner)
