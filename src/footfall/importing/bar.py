"""Shows how far an import is: a bar with rate and time left where there is a terminal.

The command's ``Watch``. It writes to standard error only, so that the report can be piped.
"""

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class RateColumn(ProgressColumn):
    """Rows per second, over the last half minute."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "–/s", style="progress.data.speed")


class Bar:
    """A progress bar; use it as a context.

    Args:
        console: where to draw; nothing is drawn when it is no terminal, notes still are written.
        quiet: draw nothing and write no notes.
    """

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self._drawn = console.is_terminal and not quiet
        self._console = None if quiet else console
        self._noted = ""
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            RateColumn(),
            TimeRemainingColumn(compact=True, elapsed_when_finished=True),
            TextColumn("{task.fields[note]}", style="yellow"),
            console=console,
            disable=not self._drawn,
            transient=True,
        )
        self._task = self._progress.add_task("", total=None, note="")

    def __enter__(self) -> "Bar":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def begin(self, what: str, total: int | None = None, done: int = 0) -> None:
        """Start the bar over, for the next part of the work."""
        self._progress.remove_task(self._task)
        self._task = self._progress.add_task(what, total=total, completed=done, note="")

    def advance(self, done: int) -> None:
        """Move the bar; work that goes on again has no note any more."""
        self._noted = ""
        self._progress.update(self._task, completed=done, note="")

    def note(self, text: str) -> None:
        """Say something beside the bar; without a bar, once, on a line of its own."""
        if self._drawn:
            self._progress.update(self._task, note=text)
        elif self._console is not None and text != self._noted:
            self._console.print(text, markup=False)
        self._noted = text
