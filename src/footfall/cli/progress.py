"""A progress bar on standard error, for work that turns out to take longer than a second."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.progress import Progress

_PATIENCE_S: Final = 1.0


class Reporter:
    """Called with what is being done, how much of it, and out of how much, if that is known."""

    def __init__(self, progress: "Progress") -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None)
        self._what = ""

    def __call__(self, what: str, done: int = 0, total: int | None = None) -> None:
        if what != self._what:
            self._what = what
            self._progress.reset(self._task, description=what)
        # The library takes "unknown" only from a task that never had a total.
        self._progress.tasks[0].total = total
        self._progress.update(self._task, completed=done)


@contextmanager
def reporting() -> Iterator[Reporter]:
    """Show progress while this lasts; nothing where standard error is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    # By the clock, not at a report: some work says nothing until it is over.
    impatience = threading.Timer(_PATIENCE_S, progress.start)
    impatience.start()
    try:
        yield Reporter(progress)
    finally:
        impatience.cancel()
        impatience.join()
        progress.stop()
