"""The web process of weblatency: saves rows until a file is gone, and tells how long each save took."""

from __future__ import annotations

import json
import time
from pathlib import Path
from random import Random

from django.db import OperationalError

from attio_mirror.models import Company

THINKING = 0.03
"""Seconds between two saves, at most."""


def write(flag: str) -> None:
    """Print one line of JSON at the end."""
    random, rows = Random(1), list(Company.objects.all())
    saves: list[float] = []
    locked = 0
    while Path(flag).exists():
        row = random.choice(rows)
        row.description = f"Edit {len(saves)}"
        began = time.perf_counter()
        try:
            row.save(update_fields=["description"])
        except OperationalError:
            locked += 1
        saves.append(time.perf_counter() - began)
        time.sleep(random.uniform(0, THINKING))
    print(json.dumps({"saves": saves, "locked": locked}))
