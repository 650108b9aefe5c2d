"""The shortest schedule that still fails: steps are left out for as long as the same thing goes wrong.

Every step makes sense without the others, so this takes seconds where Hypothesis, which knows nothing of that, would
take minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from .actions import Interrupted, Late, Layout, NextDoor
from .machine import MirrorMachine
from .meddling import Interruption


def failure(machine: type[MirrorMachine], schedule: Sequence[Any]) -> Exception | None:
    """What a schedule comes to."""
    one = machine()
    one.lay_out(schedule[0])
    with one.stack:
        try:
            for step in schedule[1:]:
                one.act(step)
            one.hold_to_account()
        except Exception as error:  # noqa: BLE001  # whatever it fails with is what is looked for
            return error
    return None


def shortest(machine: type[MirrorMachine], schedule: Sequence[Any]) -> list[Any]:
    """Leave out what is not needed for a failure of the same kind."""
    wanted = _kind(failure(machine, schedule))
    best = list(schedule)

    def still_fails(candidate: list[Any]) -> bool:
        nonlocal best
        if _kind(failure(machine, candidate)) != wanted:
            return False
        best = candidate
        return True

    width = max(1, len(best) // 2)
    while True:
        start, shorter = 1, False
        while start < len(best):
            if still_fails(best[:start] + best[start + width :]):
                shorter = True
            else:
                start += width
        if width == 1 and not shorter:
            break
        width = max(1, width // 2)
    for index in range(len(best)):
        while any(still_fails([*best[:index], simpler, *best[index + 1 :]]) for simpler in _simpler(best[index])):
            pass
    return best


def _simpler(step: Any) -> list[Any]:
    if isinstance(step, Layout):
        usual = Layout(object=step.object, facets=step.facets)
        simpler = [
            usual,
            replace(usual, writes=step.writes),
            replace(usual, readings=step.readings),
            replace(usual, next_door=step.next_door),
            replace(step, ahead=0),
        ]
        return [one for one in simpler if one != step]
    if isinstance(step, NextDoor):
        return [step.what, *(replace(step, what=simpler) for simpler in _simpler(step.what))]
    if isinstance(step, Interrupted):
        return [
            step.work,
            *(
                replace(step, interruptions=(one,))
                for one in _fewer(step.interruptions)
                if (one,) != step.interruptions
            ),
        ]
    if isinstance(step, Late) and len(step.meanwhile) > 1:
        return [replace(step, meanwhile=_without(step.meanwhile, n)) for n in range(len(step.meanwhile))]
    return []


def _without(actions: tuple[Any, ...], n: int) -> tuple[Any, ...]:
    return actions[:n] + actions[n + 1 :]


def _fewer(interruptions: Sequence[Interruption]) -> list[Interruption]:
    """Each alone, with one action less first."""
    less = [replace(i, what=_without(i.what, n)) for i in interruptions if len(i.what) > 1 for n in range(len(i.what))]
    return [*less, *interruptions]


def _kind(error: Exception | None) -> tuple[str, str] | None:
    """Which check failed, by the line that raised it: the values in its words differ from run to run."""
    if error is None:
        return None
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else ""
    return type(error).__name__, where
