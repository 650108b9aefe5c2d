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

    def __enter__(self) -> OneByOne:
        return self

    def __exit__(self, *_: object) -> None:
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


def first(waiting: Iterable[Waiting], **_: object) -> tuple[list[Waiting], list[Waiting]]:
    """`concurrent.futures.wait` for the first of those, in the order they were handed in."""
    rest = list(waiting)
    done = [one for one in rest if one.done()] or rest[:1]
    for one in done:
        one.run()
    return done, [one for one in rest if one not in done]


def replace_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads would make every run another one."""
    monkeypatch.setattr(speak, "ThreadPoolExecutor", OneByOne)
    monkeypatch.setattr(speak, "wait", first)
