"""``python -m bench``: run the sections asked for, print what they found, judge the targets."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import click
import msgspec
from rich.console import Console

from bench import wrk
from bench.machine import describe
from bench.micro import micro
from bench.options import ROOT, Options
from bench.report import as_json, markdown, print_table, save, wide_console, working_folder
from bench.run import Run
from bench.sections import (
    attach,
    attribution,
    batches,
    imported,
    pages,
    postgresql,
    single,
    startup,
    stored,
)

SECTIONS: Final[dict[str, Callable[[Run], None]]] = {
    "single": single.measure,
    "pages": pages.measure,
    "batches": batches.measure,
    "attach": attach.measure,
    "stored": stored.measure,
    "start-up": startup.measure,
    "postgresql": postgresql.measure,
    "attribution": attribution.measure,
    "import": imported.measure,
}
_EXTRA: Final = frozenset({"attribution", "import"})
"""Sections that take long, or need a file: run when they are asked for."""

_USUAL: Final = tuple(name for name in SECTIONS if name not in _EXTRA)
_NEED_WRK: Final = frozenset({"single", "pages", "stored", "postgresql"})
_EXAMPLE: Final = ROOT / "examples" / "online_retail" / "december_2010.csv.gz"
_WHOLE: Final = ROOT.parent / "shared" / "data" / "online_retail.parquet"


@click.group(invoke_without_command=True)
@click.option(
    "--only",
    type=click.Choice(list(SECTIONS)),
    multiple=True,
    help="Run this section; may be repeated.  [default: all but attribution and import]",
)
@click.option("--seconds", default=5, show_default=True, help="Length of one run.")
@click.option("--rounds", default=3, show_default=True, help="Runs of which the median counts.")
@click.option("--stored", default=5_000_000, show_default=True, help="Events in the full database.")
@click.option("--touches", default=10_000_000, show_default=True, help="Touches in the lake.")
@click.option(
    "--curve", type=int, multiple=True, help="Another number of touches, to see how it grows."
)
@click.option("--import", "with_import", is_flag=True, help="Run the section “import” as well.")
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What the import sends: the UCI Online Retail data, whole or the example's month.",
)
@click.option("--json", "prints_json", is_flag=True, help="Print JSON in place of the table.")
@click.pass_context
def main(
    context: click.Context,
    only: tuple[str, ...],
    seconds: int,
    rounds: int,
    stored: int,
    touches: int,
    curve: tuple[int, ...],
    with_import: bool,
    file: Path | None,
    prints_json: bool,
) -> None:
    """Measure Footfall against an empty handler on the same HTTP server.

    Exit status 1 when a target is missed. Use an otherwise idle machine.
    """
    if context.invoked_subcommand is not None:
        return
    file = file or (_WHOLE if _WHOLE.exists() else _EXAMPLE)
    wanted = only or _USUAL
    names = [name for name in SECTIONS if name in wanted or (name == "import" and with_import)]
    options = Options(seconds, rounds, stored, file.resolve(), touches, curve)
    sys.exit(_run(names, options, prints_json=prints_json))


def _run(names: list[str], options: Options, *, prints_json: bool) -> int:
    console = wide_console()
    with ExitStack() as stack:
        folder = stack.enter_context(working_folder())
        machine = describe(folder)
        run = Run(options, folder, stack, Console(stderr=True))
        for name in names:
            if name in _NEED_WRK and not wrk.is_there():
                run.findings.skipped.append(f"{name}: wrk is missing; install the package “wrk”")
                continue
            _measure(run, name)
    result = as_json(machine, options, run.findings)
    path = save(result)
    if prints_json:
        click.echo(msgspec.json.encode(result))
    else:
        print_table(run.findings, machine, console)
        command = " ".join(["make bench", *_arguments()])
        console.print()
        console.print(
            markdown(result, command, run.findings, machine),
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
        console.print(f"\nWritten to {path.relative_to(ROOT)}", style="dim", highlight=False)
    return 1 if run.findings.missed or run.findings.failed else 0


def _measure(run: Run, name: str) -> None:
    """Run a section; one that fails costs the others nothing."""
    try:
        SECTIONS[name](run)
    except Exception as problem:
        run.findings.failed.append(f"{name}: {problem!r}")


def _arguments() -> list[str]:
    given = " ".join(sys.argv[1:])
    return [f'ARGS="{given}"'] if given else []


main.add_command(micro)

if __name__ == "__main__":
    main(prog_name="python -m bench")
