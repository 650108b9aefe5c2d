"""The beginning: a company, two people and a deal, in step. Made once, and every run begins with a copy of it."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime

from attio_mirror.sync.push import pump

from .account import Account, Side
from .actions import Create
from .clock import Time
from .hands import Hands
from .mail import Mail
from .meddling import MeddledAdapter
from .scene import Image, furnished, mounted


@dataclass(frozen=True)
class Beginning:
    """All there is at one moment: Attio, the people, the mail under way, the database and the time."""

    hands: Hands
    mail: Mail
    image: Image
    moment: datetime

    def again(self) -> tuple[Hands, Mail]:
        """Back to that moment, whatever happened since."""
        scene = self.hands.scene
        self.image.restore()
        scene.time.moment = self.moment
        shared = (scene.time, scene.world._lock, scene.gate.lock)
        hands, mail = deepcopy((self.hands, self.mail), {id(one): one for one in shared})
        return hands, mail


class Beginnings:
    """One for each error of Attio's clock: it must not be set in the middle of a run."""

    def __init__(self, time: Time) -> None:
        self.time = time
        self.empty = Image()
        self.made: dict[float, Beginning] = {}

    def again(self, ahead: float) -> tuple[Hands, Mail]:
        """The people and the mail of a new run."""
        if ahead not in self.made:
            self.empty.restore()
            self.made[ahead] = self._make(ahead)
        return self.made[ahead].again()

    def _make(self, ahead: float) -> Beginning:
        scene, mail = furnished(self.time, ahead), Mail()
        scene.world.listeners.append(mail.hear)
        hands = Hands(scene, Account())
        with mounted(MeddledAdapter.silent(scene.gate)):
            for slug in ("companies", "people", "people", "deals"):
                hands.create(Create(Side.HERE, slug, rich=slug == "deals"))
            pump(scene.connection.pk)
        return Beginning(hands, mail, Image(), self.time.moment)
