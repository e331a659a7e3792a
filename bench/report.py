"""Findings → a table for people, Markdown for ``docs/performance.md``, JSON for comparisons."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import msgspec
from rich.console import Console
from rich.table import Table

from bench.figures import Figure, Findings, written
from bench.machine import in_one_line
from bench.options import ROOT, Options

RESULTS: Final = ROOT / "bench" / "results"
_WIDTH: Final = 150
_MARKS: Final = {True: "met", False: "MISSED", None: ""}
_STYLES: Final = {True: "green", False: "bold red", None: "none"}


def as_json(machine: dict[str, Any], options: Options, findings: Findings) -> dict[str, Any]:
    """Return everything that was found, single runs included."""
    return {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": machine,
        "options": options.described(),
        "figures": [figure.as_json() for figure in findings.figures],
        "skipped": findings.skipped,
        "failed": findings.failed,
        "runs": findings.runs,
    }


@contextmanager
def working_folder() -> Iterator[Path]:
    """Yield a folder for databases, removed after.

    Beside the results: the system's temporary folder may not be on a disk at all.
    """
    RESULTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=RESULTS) as folder:
        yield Path(folder)


def save(result: dict[str, Any]) -> Path:
    """Write a result to the folder of results and return its file."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{result['at'].replace(':', '')}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n")
    return path


def wide_console() -> Console:
    """Return a console on which the table keeps its lines, also into a file."""
    console = Console()
    return console if console.is_terminal else Console(width=_WIDTH)


def print_table(findings: Findings, machine: dict[str, Any], console: Console) -> None:
    """Print the figures, and after them what was missed or left out."""
    table = Table(title="Footfall benchmark", title_justify="left", caption_justify="left")
    for heading in ("Section", "What", "Found", "Target", "", "Note"):
        is_number = heading in {"Found", "Target"}
        table.add_column(
            heading, justify="right" if is_number else "left", no_wrap=heading != "Note"
        )
    for section, figures in groupby(findings.figures, key=lambda figure: figure.section):
        for number, figure in enumerate(figures):
            mark = f"[{_STYLES[figure.is_met]}]{_MARKS[figure.is_met]}[/]"
            table.add_row(
                section if number == 0 else "", *_cells(figure), mark, f"[dim]{figure.note}[/]"
            )
        table.add_section()
    console.print(table)
    console.print(in_one_line(machine), style="dim", highlight=False)
    for reason in findings.skipped:
        console.print(f"Not measured: {reason}", style="yellow", highlight=False, markup=False)
    for problem in findings.failed:
        console.print(f"Failed: {problem}", style="bold red", highlight=False, markup=False)
    for figure in findings.missed:
        console.print(f"Missed: {_sentence(figure)}", style="bold red", highlight=False)


def markdown(
    result: dict[str, Any], command: str, findings: Findings, machine: dict[str, Any]
) -> str:
    """Return the same as a section of ``docs/performance.md``."""
    lines = [
        f"`{command}` on {result['at'][:10]}: {in_one_line(machine)}",
        "",
        "| | found | target | | compared with |",
        "|---|---:|---:|---|---|",
    ]
    for section, figures in groupby(findings.figures, key=lambda figure: figure.section):
        lines.append(f"| **{section}** | | | | |")
        lines += [
            f"| {' | '.join((*_cells(figure), _MARKS[figure.is_met], figure.note))} |"
            for figure in figures
        ]
    lines += ["", *(f"Not measured: {reason}" for reason in findings.skipped + findings.failed)]
    return "\n".join(lines).rstrip()


def _cells(figure: Figure) -> tuple[str, str, str]:
    target = figure.target.written(figure.unit) if figure.target is not None else ""
    return figure.name, written(figure.value, figure.unit), target


def _sentence(figure: Figure) -> str:
    name, value, target = _cells(figure)
    return f"{figure.section}, {name}: {value}, target {target}"
