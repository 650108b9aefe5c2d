"""The registry: which model is mirrored how, and which object lands in which model."""

from __future__ import annotations

from functools import partial
from typing import Any, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.db import models

from ..models.past import READERS
from .mirror import Mirror
from .past import PastReader

AnyMirror = Mirror[Any]
MirrorClass = TypeVar("MirrorClass", bound=type[AnyMirror])


class Registry:
    """One mirror per model and one per object."""

    def __init__(self) -> None:
        self._by_model: dict[type[models.Model], AnyMirror] = {}
        self._by_object: dict[str, AnyMirror] = {}
        self.replaceable: set[str] = set()

    def register(self, mirror_class: MirrorClass) -> MirrorClass:
        """Class decorator. A host's mirror of an object takes the place of the shipped one."""
        mirror = mirror_class()
        slug = mirror.options.object
        if slug in self._by_object and slug not in self.replaceable:
            raise ImproperlyConfigured(f"Two mirrors claim Attio's object “{slug}”. Keep one of them.")
        if (replaced := self._by_object.pop(slug, None)) is not None:
            self._forget(replaced)
        if mirror.model in self._by_model:
            raise ImproperlyConfigured(f"Two mirrors claim the model {mirror.model._meta.label}. Keep one of them.")
        self.replaceable.discard(slug)
        self._by_model[mirror.model] = self._by_object[slug] = mirror
        READERS[mirror.model] = partial(PastReader, mirror)
        return mirror_class

    def unregister(self, mirror_class: type[AnyMirror]) -> None:
        """Take a mirror out again: for hosts that want no shipped mirror, and for tests."""
        self._forget(self._by_object.pop(mirror_class.options.object))

    def _forget(self, mirror: AnyMirror) -> None:
        self._by_model.pop(mirror.model, None)
        READERS.pop(mirror.model, None)

    def of_model(self, model: type[models.Model]) -> AnyMirror | None:
        """The mirror of a model or of its nearest mirrored ancestor (proxies are mirrored as what they stand for)."""
        return next((self._by_model[c] for c in model.__mro__ if c in self._by_model), None)

    def of_object(self, slug: str) -> AnyMirror | None:
        """The mirror of an object."""
        return self._by_object.get(slug)

    def all(self) -> list[AnyMirror]:
        """All mirrors, in the order they were registered."""
        return list(self._by_object.values())


registry = Registry()
register = registry.register
