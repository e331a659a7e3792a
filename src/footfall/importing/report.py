"""Turns the outcomes of an import into counts, a file of rejected rows, and what is printed.

``run`` adds outcomes in the order of the file; the command prints the report at the end. Counts
go through ``progress``, so that a resumed import reports the whole and not only its last part.
"""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from rich.console import Console
from rich.table import Table

from footfall.errors import ConfigurationError
from footfall.importing.answers import Outcome, WireError


class Reason(msgspec.Struct):
    """One way in which rows were refused, with the first message as an example."""

    type: str
    parameter: str | None
    message: str
    rows: int = 0


class Tally(msgspec.Struct):
    """Counts of rows by outcome; a row is counted under the first of its errors."""

    stored: int = 0
    duplicate: int = 0
    rejected: int = 0
    reasons: list[Reason] = []

    @property
    def sent(self) -> int:
        """Rows that came to an outcome, refused ones included."""
        return self.stored + self.duplicate + self.rejected

    def add(self, outcome: Outcome) -> None:
        """Count one row."""
        match outcome.result:
            case "created":
                self.stored += 1
            case "duplicate":
                self.duplicate += 1
            case "rejected":
                self.rejected += 1
                self._add_reason(outcome.errors[0] if outcome.errors else WireError())

    def _add_reason(self, error: WireError) -> None:
        for reason in self.reasons:
            if (reason.type, reason.parameter) == (error.type, error.parameter):
                break
        else:
            reason = Reason(error.type, error.parameter, error.message)
            self.reasons.append(reason)
        reason.rows += 1


class Report(msgspec.Struct, frozen=True):
    """What an import did, as printed; a resumed import is reported as a whole.

    Attributes:
        complete: false when it was stopped; run it again to go on.
        rows: rows of the file.
        read: rows looked at so far; read = skipped + stored + duplicate + rejected.
        skipped: rows left out by the mapping's ``where``.
        profiles: distinct profiles made or found.
        resumed_after_row: where an earlier run had come to; 0 when there was none.
        rejected_file: where the rejected rows are, if there are any.
        seconds: wall time of this run alone, as ``rows_per_second``.
    """

    complete: bool
    file: str
    rows: int
    read: int
    skipped: int
    stored: int
    duplicate: int
    rejected: int
    reasons: list[Reason]
    profiles: int
    resumed_after_row: int
    rejected_file: str | None
    seconds: float
    rows_per_second: float

    @property
    def exit_code(self) -> int:
        """130 when stopped, 1 when rows were rejected, otherwise 0."""
        if not self.complete:
            return 130
        return 1 if self.rejected else 0


class RejectedFile:
    """Rejected rows as JSON lines, ``row``, ``event`` or ``columns``, and ``errors``.

    There is no file before the first of them.

    Args:
        path: the file; what is in it past ``kept_bytes`` is discarded.
        kept_bytes: what an earlier run had written by its last mark.
    """

    def __init__(self, path: Path, kept_bytes: int) -> None:
        self.path = path
        self._kept_bytes = kept_bytes
        self._file: BinaryIO | None = None
        if kept_bytes == 0:
            path.unlink(missing_ok=True)

    def write(
        self, row: int, event: str | None, columns: str | None, errors: Sequence[WireError]
    ) -> None:
        """Add one row, as JSON of its event or of its columns; ``flush`` brings it to the file."""
        if self._file is None:
            self._file = self._open()
        line: dict[str, Any] = {"row": row}
        if columns is not None:
            line["columns"] = msgspec.Raw(columns)
        elif event is not None:
            line["event"] = msgspec.Raw(event)
        self._file.write(msgspec.json.encode(line | {"errors": errors}) + b"\n")

    def flush(self) -> int:
        """Write what was added and return the length of the file."""
        if self._file is None:
            return self._kept_bytes
        self._file.flush()
        return self._file.tell()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _open(self) -> BinaryIO:
        try:
            file = self.path.open("ab")
            file.truncate(min(self._kept_bytes, file.tell()))
            file.seek(0, os.SEEK_END)
        except OSError as problem:
            raise ConfigurationError(
                f"The rejected rows cannot be written to {self.path} ({problem.strerror}); name "
                "another file with --rejected."
            ) from None
        return file


def print_report(report: Report, console: Console) -> None:
    """Print a report for people."""
    say = partial(console.print, markup=False, highlight=False, soft_wrap=True)
    counts = Table.grid(padding=(0, 2))
    counts.add_column()
    counts.add_column(justify="right")
    for name in ("rows", "read", "skipped", "stored", "duplicate", "rejected", "profiles"):
        counts.add_row(name, f"{getattr(report, name):,}")
    counts.add_row("seconds", f"{report.seconds:,.1f}")
    counts.add_row("rows/s", f"{report.rows_per_second:,.0f}")
    console.print(counts)
    for reason in sorted(report.reasons, key=lambda each: -each.rows):
        name = f"{reason.type} {reason.parameter or ''}".strip()
        say(f"{reason.rows:,} × {name}: {reason.message}")
    if report.rejected:
        say(f"Rejected rows: {report.rejected_file}")
    if report.resumed_after_row:
        say(f"Went on after row {report.resumed_after_row:,} of an earlier run.")
    if not report.complete:
        say(
            f"Stopped after row {report.read:,} of {report.rows:,}; "
            "run the same command again to go on from there."
        )
