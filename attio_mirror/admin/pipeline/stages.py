"""The stages of a pipeline in order, and which of them mean that a deal is won or lost."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Max

from ...conf import conf
from ...core.history import place
from ...core.values import key
from ...models import AttributeValue, Option
from ...models.pipeline import Pipeline
from ..badges import STAGE_COLOURS


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage."""

    place: int
    """Its place in the ledger."""
    title: str
    tone: str
    is_won: bool
    is_lost: bool


def stages_of(pipeline: Pipeline, used: Collection[int]) -> list[Stage]:
    """Those there are today, in Attio's order, and of those there were the ones that are used."""
    options = Option.objects.filter(attribute__in=pipeline.stays.attributes).order_by("is_archived", "position", "pk")
    found: dict[int, Stage] = {}
    for option in options:
        spot = place(key(option.option_id))
        if not option.is_archived or spot in used:
            found.setdefault(spot, _stage(spot, option.title, f"stage-{option.position % STAGE_COLOURS}"))
    unknown = set(used) - found.keys()
    versions = AttributeValue.objects.filter(attribute__in=pipeline.stays.attributes, place__in=unknown).order_by()
    for spot, title in versions.values_list("place").annotate(title=Max("text")):
        found[spot] = _stage(spot, title or "?", "idle")
    return list(found.values())


def _stage(spot: int, title: str, tone: str) -> Stage:
    is_won, is_lost = _means(title, conf().won_stages, "won"), _means(title, conf().lost_stages, "lost")
    return Stage(spot, title, "calm" if is_won else "bad" if is_lost else tone, is_won, is_lost)


def _means(title: str, titles: Collection[str], word: str) -> bool:
    if titles:
        return title.casefold() in {one.casefold() for one in titles}
    return word in re.findall(r"\w+", title.casefold())
