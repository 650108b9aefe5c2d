"""What can happen: everything the machine draws, small enough to be read in a failing schedule."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from enum import Enum
from typing import Any

from hypothesis import strategies as st

from attio_mirror.mirrors.mirror import WhenGone, Writes
from attio_mirror.models import Resolution
from attio_mirror.sandbox import faults
from attio_mirror.sandbox.faults import Fault
from attio_mirror.sandbox.readings import Readings

from .account import Side
from .facets import FACETS, MODELS
from .mail import Fate
from .meddling import Interruption, Where
from .scene import Shape


class Terse:
    """A repr that leaves out what is as usual."""

    def __repr__(self) -> str:
        told = [
            f"{each.name}={_told(getattr(self, each.name))}"
            for each in fields(self)  # type: ignore[arg-type]  # dataclasses all
            if each.default is MISSING or getattr(self, each.name) != each.default
        ]
        return f"{type(self).__name__}({', '.join(told)})"


def _told(value: Any) -> str:
    if isinstance(value, Readings):
        usual = Readings()
        odd = {
            f.name: getattr(value, f.name) for f in fields(value) if getattr(value, f.name) != getattr(usual, f.name)
        }
        return f"Readings(**{odd})" if odd else "Readings()"
    return f"{type(value).__name__}.{value.name}" if isinstance(value, Enum) else repr(value)


@dataclass(frozen=True, repr=False)
class Layout(Terse):
    """How a run begins."""

    readings: Readings = Readings()  # noqa: RUF009  # frozen
    ahead: float = 0
    """Seconds Attio's clock is ahead of ours."""
    eager: bool = False
    on_delete: WhenGone = WhenGone.KEEP
    on_remote_delete: WhenGone = WhenGone.KEEP
    writes: Writes = Writes.BULK
    object: str = "deals"
    """What this run is mostly about."""
    facets: tuple[str, ...] = ("deals.name",)
    """What is edited in this run."""
    next_door: bool = False
    """Whether there is a second tenant, with the same ids."""


@dataclass(frozen=True, repr=False)
class Edit(Terse):
    """Somebody changes one attribute of the row (record) that is `which`th, to the `pick`th thing that is possible."""

    side: Side
    facet: int = 0
    """Which of the layout's facets, so that both sides often mean the same one."""
    which: int = 0
    pick: int = 1
    quietly: bool = False
    """Over here: without signals, as `QuerySet.update` does."""


@dataclass(frozen=True, repr=False)
class Clash(Terse):
    """Both sides change one attribute of the same pair, one right after the other."""

    facet: int = 0
    which: int = 0
    here: int = 1
    there: int = 2


@dataclass(frozen=True, repr=False)
class Create(Terse):
    """Somebody makes a row (record)."""

    side: Side
    object: str | None = None
    """None is what the run is mostly about."""
    twin: bool = False
    """With a key, or all values, that somebody used before."""
    rich: bool = False
    """With references to others."""


@dataclass(frozen=True, repr=False)
class Delete(Terse):
    """Somebody deletes a row (record)."""

    side: Side
    object: str | None = None
    which: int = 0


@dataclass(frozen=True, repr=False)
class Merge(Terse):
    """A member merges two records."""

    object: str | None = None
    which: int = 0
    other: int = 1


@dataclass(frozen=True, repr=False)
class Reshape(Terse):
    """An admin changes the schema in Attio: the options of stages and plans, or the attributes of companies."""

    shape: Shape
    which: int = 0


@dataclass(frozen=True, repr=False)
class News(Terse):
    """Of the deliveries under way, the one that is `which`th meets its fate."""

    fate: Fate
    which: int = 0


@dataclass(frozen=True, repr=False)
class Work(Terse):
    """A step of the engine, as one of its tasks would take it."""

    name: str
    object: str | None = None


@dataclass(frozen=True, repr=False)
class Interrupted(Terse):
    """Work in the middle of which something happens."""

    work: Work
    interruptions: tuple[Interruption, ...]


@dataclass(frozen=True, repr=False)
class Late(Terse):
    """An answer that is applied only after other things have happened."""

    meanwhile: tuple[Any, ...]
    object: str | None = None


@dataclass(frozen=True, repr=False)
class Trouble(Terse):
    """The next requests of this kind fail so."""

    fault: Fault
    path: str
    """An expression that finds them by their path."""
    times: int = 1


@dataclass(frozen=True, repr=False)
class Pause(Terse):
    """Time passes."""

    seconds: float


@dataclass(frozen=True, repr=False)
class Verdict(Terse):
    """A person decides about the oldest open conflict."""

    resolution: Resolution


@dataclass(frozen=True, repr=False)
class NextDoor(Terse):
    """The same, at the other tenant's: from home the neighbour's, from there home."""

    what: Any


WORK = ("pump",) * 4 + ("sweep", "inbox") * 2 + ("recover", "doubts", "find", "pull", "schema")
FAULTS = (
    faults.unreachable,
    faults.timeout_before,
    faults.timeout_after,
    faults.cut_before,
    faults.cut_after,
    faults.cut_midway,
    faults.malformed,
    faults.slow(3),
    faults.slow(40),
    faults.rate_limited(2),
    faults.status(500),
    faults.status(502, "<html>Bad gateway</html>", after=True),
    faults.status(503),
    faults.status(409),
    faults.status(404, "<html>Not found</html>"),
    faults.status(400),
    faults.status(401),
    faults.status(403),
)


def _itself(chosen: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """`one_of` gives its branches equal chances; drawing one of a list first gives them weights."""
    return chosen


sides = st.sampled_from(Side)
objects = st.sampled_from([None, None, None, *MODELS])
small = st.sampled_from([0, 0, 0, 1, 2])
edits = st.builds(Edit, sides, small, small, st.integers(0, 7), st.booleans())
clashes = st.builds(Clash, small, small, st.integers(0, 7), st.integers(0, 7))
creates = st.builds(Create, sides, objects, st.booleans(), st.booleans())
deletes = st.builds(Delete, sides, objects, small)
reshapings = st.builds(Reshape, st.sampled_from(Shape), st.integers(0, 7))
merges = st.builds(Merge, objects, small, small)
news = st.builds(
    News, st.sampled_from([Fate.ARRIVES, Fate.ARRIVES, Fate.ALL, Fate.TWICE, Fate.LOST, Fate.ASTRAY]), small
)
work = st.builds(Work, st.sampled_from(WORK), objects)
WRITES, READS = r"/records(/(?!query)[^/]+)?$", r"/query$"
troubles = st.builds(Trouble, st.sampled_from(FAULTS), st.sampled_from([WRITES, WRITES, READS]), st.integers(1, 2))
pauses = st.builds(Pause, st.sampled_from([1, 20, 100, 700]))
verdicts = st.builds(Verdict, st.sampled_from([Resolution.ATTIO, Resolution.DJANGO, Resolution.EDITED]))

here = (edits, edits, edits, edits, clashes, creates, deletes, work, work, work, pauses, merges, news)
across = st.sampled_from((edits, work, creates, merges, deletes, news)).flatmap(_itself).map(NextDoor)
happenings: st.SearchStrategy[Any] = st.sampled_from((*here, across)).flatmap(_itself)
some = st.lists(happenings, min_size=1, max_size=4).map(tuple)
meanwhile = st.one_of(st.just(()), some, some)
lates = st.builds(Late, some, objects)
interruptions = st.one_of(
    st.builds(Interruption, st.just(Where.REQUEST), st.integers(1, 10), meanwhile),
    st.builds(Interruption, st.just(Where.STATEMENT), st.integers(1, 120), meanwhile),
)
interrupted = st.builds(Interrupted, work, st.lists(interruptions, min_size=1, max_size=2).map(tuple))

births_and_deaths = st.sampled_from((creates, creates, creates, deletes, merges, reshapings)).flatmap(_itself)
circumstances = st.sampled_from((troubles, troubles, troubles, pauses, pauses, verdicts, news, news)).flatmap(_itself)

next_door = (
    st.sampled_from((edits, edits, clashes, work, work, interrupted, lates, births_and_deaths, circumstances))
    .flatmap(_itself)
    .map(NextDoor)
)

readings = st.builds(
    Readings,
    noop_write_makes_version=st.booleans(),
    patch_empty_list_clears_multi=st.booleans(),
    put_reorders=st.booleans(),
    duplicates_in_list=st.sampled_from(["collapse", "refuse"]),
    default_order=st.sampled_from(["created_at", "unspecified"]),
    partner_actor=st.sampled_from(["caller", "system"]),
    assert_several_matches=st.sampled_from(["refuse", "first"]),
)


@st.composite
def _layouts(draw: st.DrawFn) -> Layout:
    about = draw(st.sampled_from([*MODELS]))
    mine = [name for name, facet in FACETS.items() if facet.object == about]
    facets = draw(st.lists(st.sampled_from(mine), min_size=1, max_size=2, unique=True))
    another = draw(st.lists(st.sampled_from([*FACETS]), max_size=1))
    return Layout(
        readings=draw(readings),
        ahead=draw(st.sampled_from([0, -90, 90])),
        eager=draw(st.booleans()),
        on_delete=draw(st.sampled_from(WhenGone)),
        on_remote_delete=draw(st.sampled_from(WhenGone)),
        writes=draw(st.sampled_from(Writes)),
        object=about,
        facets=tuple(dict.fromkeys([*facets, *another])),
        next_door=draw(st.sampled_from([False, False, False, True])),
    )


layouts = _layouts()
