"""The machine: random schedules, and what must hold after each."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.machine.quiet", "tests.machine.audit", "tests.machine.crossing")
