"""The beginning: a company, two people and a deal, in step. Made once, and every run begins with a copy of it."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime

from attio_mirror.sync.push import pump

from .account import Account, Side
from .actions import Create
from .clock import Time
from .doors import HOME, NEXT_DOOR
from .facets import MODELS
from .hands import Hands
from .mail import Mail
from .meddling import MeddledAdapter
from .scene import Image, furnished, learn_schema, mounted
from .tenants import Tenant


@dataclass(frozen=True)
class Beginning:
    """All there is at one moment: by alias Attio, the people and the mail under way; the database and the time."""

    tenants: dict[str, Tenant]
    image: Image
    time: Time
    moment: datetime

    def again(self) -> dict[str, Tenant]:
        """Back to that moment, whatever happened since."""
        self.image.restore()
        self.time.moment = self.moment
        scenes = [tenant.scene for tenant in self.tenants.values()]
        shared = [self.time, *(lock for scene in scenes for lock in (scene.world._lock, scene.gate.lock))]
        return deepcopy(self.tenants, {id(one): one for one in shared})


class Beginnings:
    """With and without a neighbour, one for each error of Attio's clock: it must not be set in the middle of a run."""

    def __init__(self, time: Time) -> None:
        self.time = time
        self.empty = Image()
        self.made: dict[tuple[float, bool], Beginning] = {}

    def again(self, ahead: float, *, next_door: bool) -> dict[str, Tenant]:
        """The tenants of a new run."""
        if (ahead, next_door) not in self.made:
            self.empty.restore()
            self.made[ahead, next_door] = self._make(ahead, [HOME, NEXT_DOOR] if next_door else [HOME])
        return self.made[ahead, next_door].again()

    def _make(self, ahead: float, aliases: list[str]) -> Beginning:
        tenants = {alias: self._settled(ahead, alias) for alias in aliases}
        ids = [[list(tenant.scene.records(slug)) for slug in MODELS] for tenant in tenants.values()]
        assert ids == ids[:1] * len(ids), "the same records next door, by their ids"
        return Beginning(tenants, Image(), self.time, self.time.moment)

    def _settled(self, ahead: float, alias: str) -> Tenant:
        scene = furnished(self.time, ahead, alias)
        if alias == NEXT_DOOR:
            learn_schema(scene)
        mail = Mail(alias)
        scene.world.listeners.append(mail.hear)
        hands = Hands(scene, Account())
        with mounted(MeddledAdapter.silent(scene.gate), alias):
            for slug in ("companies", "people", "people", "deals"):
                hands.create(Create(Side.HERE, slug, rich=slug == "deals"))
            pump(scene.connection.pk)
        return Tenant(hands, mail)
