"""Plan gates: what Attio refused because of the tenant's plan, remembered on the connection until it is taken again.

One answer speaks for all rows. A gate is about an object (or about the whole connection), and about one attribute where
Attio named one. It goes when the same is taken after all, or when a person checks the connection again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace

from django.db import transaction
from django.utils import timezone

from ..core.errors import AttioError
from ..core.plan import GATES, Deed, closed
from ..models import ATTRIBUTES, Connection

HIDDEN = "Attio returns no value of any record any more; what was known is kept."
WHAT_TO_DO = "Change the plan in Attio, then check the connection and retry what was refused."


@dataclass(frozen=True, slots=True)
class PlanGate:
    """One thing the plan does not include."""

    object: str
    """"" where the refused request was about no object of ours."""
    deed: str
    attribute: str
    """The slug, where Attio named one."""
    code: str
    message: str
    """Attio's own words."""
    since: str

    @property
    def what(self) -> str:
        """What is refused, in words."""
        of = "attributes" if self.object == ATTRIBUTES else self.object or "the connection"
        where = f"“{self.attribute}” of {of}" if self.attribute else of
        return {
            Deed.READ.value: f"reading {where}",
            Deed.HISTORY.value: f"the history of {where}",
            Deed.VALUES.value: f"the values of {where}",
        }.get(self.deed, f"writing {where}")

    @property
    def day(self) -> str:
        """Since when."""
        return self.since[:10]

    @property
    def claim(self) -> str:
        """Attio said so, or it looks so."""
        return "seems not to include" if self.deed == Deed.VALUES else "does not include"

    @property
    def source(self) -> str:
        """By which code, and since when."""
        return f"{self.code}, since {self.day}" if self.code else f"since {self.day}"

    def __str__(self) -> str:
        return f"{self.what}: {self.message} ({self.source})"


def gates_of(of: Connection, object_slug: str | None = None) -> list[PlanGate]:
    """What we know to be closed; of one object, or at all."""
    found = [PlanGate(**one) for one in of.plan_gates]
    return found if object_slug is None else [one for one in found if one.object == object_slug]


def is_gate(error: AttioError) -> bool:
    """Whether a refusal speaks of the plan."""
    return error.code in GATES


def remember(of: Connection, error: AttioError, attribute: str = "") -> None:
    """Write down that the plan does not include what was asked; how long it has been so stays."""
    slug, deed = closed(error.method, error.path)
    if deed == Deed.SETTINGS:
        slug, deed = ATTRIBUTES, Deed.WRITE
    _note(of, PlanGate(slug, deed.value, attribute, error.code, error.message, since=_now()))


def suspect(of: Connection, object_slug: str, attribute: str) -> None:
    """Write down that Attio keeps the values of an attribute to itself."""
    new = PlanGate(object_slug, Deed.VALUES.value, attribute, "", HIDDEN, since=_now())
    if _place(new) not in map(_place, gates_of(of)):
        _note(of, new)


def _note(of: Connection, new: PlanGate) -> None:
    def change(held: list[PlanGate]) -> list[PlanGate]:
        before = [one for one in held if _place(one) == _place(new)]
        rest = [one for one in held if _place(one) != _place(new)]
        return [*rest, replace(new, since=before[0].since if before else new.since)]

    _change(of, change)


def lift(of: Connection, object_slug: str, deed: Deed, attributes: Iterable[str] = ()) -> None:
    """The same was taken after all: with these attributes, or without any."""
    taken = {"", *attributes}

    def is_open(gate: PlanGate) -> bool:
        return (gate.object, gate.deed) == (object_slug, deed.value) and gate.attribute in taken

    if any(is_open(gate) for gate in gates_of(of)):  # it is rare, and most callers have nothing to write
        _change(of, lambda held: [gate for gate in held if not is_open(gate)])


def forget(of: Connection) -> None:
    """Somebody says that it may be otherwise now: what is still closed is told again by the next refusal."""
    if of.plan_gates:
        _change(of, lambda _: [])


def _now() -> str:
    return timezone.now().isoformat(timespec="seconds")


def _place(gate: PlanGate) -> tuple[str, str, str]:
    return (gate.object, gate.deed, gate.attribute)


def _change(of: Connection, change: Callable[[list[PlanGate]], list[PlanGate]]) -> None:
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=of.pk)
        row.plan_gates = [asdict(gate) for gate in change(gates_of(row))]
        row.save(update_fields=["plan_gates"])
    of.plan_gates = row.plan_gates
