"""Convergence and no silent loss, under each policy. `make chaos N=2000` runs more, and other ones each time."""

from __future__ import annotations

import ast
import os
from typing import Any

import hypothesis
import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, reproduce_failure, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from attio_mirror.core.merge import Policy

from .machine import MirrorMachine, of_policy
from .scene import built
from .shortest import failure, shortest

EXAMPLES = int(os.environ.get("CHAOS_EXAMPLES") or 0)
"""How many runs of all policies together; none named: as many as a test run can afford, the same every time."""
IN_TESTS = 60
SEED = os.environ.get("CHAOS_SEED") or (None if EXAMPLES else "0")
"""The same seed, the same schedules, as long as the code is the same."""
PARTS = 3
"""Of each policy: short tests share out better among processes."""
STEPS = int(os.environ.get("CHAOS_STEPS") or 25)
BLOB = os.environ.get("CHAOS_BLOB") or ""
"""The second argument of a printed `reproduce_failure`: run that one again."""


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("policy", Policy)
@pytest.mark.no_cover  # tracing would double its time, and every line it runs has a test of its own
@pytest.mark.skipif(connection.vendor != "sqlite", reason="every run begins with a copy of an SQLite database")
@pytest.mark.django_db(transaction=True)
def test_both_sides_converge_and_no_edit_is_lost(policy: Policy, part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with built(monkeypatch) as time:
        machine = of_policy(policy, time)
        if BLOB:
            reproduce_failure(hypothesis.__version__, ast.literal_eval(BLOB))(machine)
        elif SEED is not None:
            seed(f"{SEED} {policy} {part}")(machine)
        try:
            run_state_machine_as_test(machine, settings=_settings())
        except Exception as error:
            _tell(error, machine)
            raise


def _settings() -> settings:
    return settings(
        max_examples=max(1, (EXAMPLES or IN_TESTS) // len(Policy) // PARTS),
        stateful_step_count=STEPS,
        deadline=None,
        **({"database": None} if SEED else {}),
        derandomize=False,
        print_blob=True,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],  # `shortest` shrinks faster
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


def _tell(error: Exception, machine: type[MirrorMachine]) -> None:
    """Add the shortest schedule that fails alike; the one that was drawn is in Hypothesis's own words."""
    schedule: list[Any] = shortest(machine, list(machine.schedule))
    steps = "\n".join(f"    {step}," for step in schedule)
    error.add_note(f"The shortest schedule that fails so, for `shortest.failure`:\n[\n{steps}\n]")
    error.add_note(f"It fails with: {failure(machine, schedule)!r}")
