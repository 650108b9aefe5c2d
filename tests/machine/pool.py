"""In the place of the thread pool: requests go out one at a time, in a known order, from the calling thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any, ClassVar

import pytest

from attio_mirror.sync.push import speak


class OneByOne:
    """A pool whose work is done when somebody waits for it; `eager` ones do it when it is handed in.

    Both happen: an answer may be stored while other requests are still to go out, or only after all have been made.
    """

    eager: ClassVar[bool] = False

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def shutdown(self) -> None:
        pass

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Waiting:
        waiting = Waiting(work, arguments)
        if self.eager:
            waiting.run()
        return waiting


class Waiting(Future[Any]):
    """Work that was handed in."""

    def __init__(self, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        super().__init__()
        self.work, self.arguments = work, arguments

    def run(self) -> None:
        if not self.done():
            try:
                self.set_result(self.work(*self.arguments))
            except Exception as error:  # noqa: BLE001  # a pool hands on whatever its work raised
                self.set_exception(error)


def first(waiting: Iterable[Waiting], *, timeout: float, **_: object) -> tuple[set[Waiting], set[Waiting]]:
    """`concurrent.futures.wait` for the first of those, in the order they were handed in. No work takes no time."""
    rest = list(waiting)
    done = [one for one in rest if one.done()] or rest[: bool(timeout)]
    for one in done:
        one.run()
    return set(done), set(rest) - set(done)


def replace_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads would make every run another one."""
    monkeypatch.setattr(speak, "ThreadPoolExecutor", OneByOne)
    monkeypatch.setattr(speak, "wait", first)
