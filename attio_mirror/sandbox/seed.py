"""Two workspaces to begin with: an empty one, and the demo, a believable pipeline with two years of history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from .clock import Clock, WallClock
from .seed_accounts import open_accounts
from .seed_cast import TOKEN, Demo, cast
from .seed_schema import lay_out
from .seed_story import SPAN, Story
from .world import World


def empty(world: World, *, token: str = TOKEN) -> Demo:
    """Six members and a token, no records."""
    return cast(world, token)


def demo(world: World, *, token: str = TOKEN) -> Demo:
    """The whole pipeline. Moves the world's clock through two years, so it needs a clock in hand."""
    sown = cast(world, token)
    sown.list_id = lay_out(world, sown.members["ada"])
    story = Story(world, sown)
    open_accounts(story)
    story.play()
    return sown


SEEDS: dict[str, Callable[..., Demo]] = {"demo": demo, "empty": empty}


def sown_world(seed: str = "demo", *, token: str = TOKEN, now: datetime | None = None) -> World:
    """A world whose story ends now; from then on it follows the wall clock. Webhooks may be plain http."""
    now = now or datetime.now(UTC)
    world = World(clock=Clock(now - SPAN - timedelta(minutes=1)))
    SEEDS[seed](world, token=token)
    world.clock = WallClock()
    world.https_only = False
    return world
