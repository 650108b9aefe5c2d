"""Workers die in the middle of a burst. What was saved arrives, once."""

from __future__ import annotations

import os
import signal

import pytest

from attio_mirror.sandbox import faults

from .stage import Stage
from .writer import ROWS

SAVES = 200
DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.server)]


@pytest.mark.parametrize("stage", DATABASES, indirect=True)
def test_a_burst_arrives_whole_and_once_though_workers_are_killed(stage: Stage) -> None:
    stage.sandbox.gate.faults.add(faults.slow(0.15), times=10_000)  # as far away as Attio: much is in the air
    stage.start_cluster()
    with stage.playing(SAVES, seed=1) as play:
        play.saved(40)
        os.kill(stage.catch_talking(), signal.SIGKILL)
        play.saved(120)
        stage.catch_talking()
        stage.kill_cluster()
        stage.start_cluster()
    assert play.told["differences"] == []
    assert play.told["rows"] == ROWS


def test_a_burst_arrives_whole_and_once_though_answers_are_lost(stage: Stage) -> None:
    script = stage.sandbox.gate.faults
    for fault in (faults.cut_after, faults.timeout_after, faults.malformed, faults.cut_before, faults.timeout_before):
        script.add(fault, method="POST", path="/deals/records$")  # creates that must not be repeated blindly
        script.add(fault, path="/records", times=2)
    script.add(faults.status(500), times=5)
    script.add(faults.rate_limited(1), times=2)
    stage.start_cluster()
    with stage.playing(SAVES, seed=2) as play:
        pass
    assert script.left() == 0
    assert play.told["differences"] == []
    assert play.told["rows"] == ROWS
