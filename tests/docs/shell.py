"""Runs the examples of a page in one shell, in order, as a reader pastes them."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tests.docs.pages import Example

LIMIT_S: Final = 120


class Printed(NamedTuple):
    """What an example left behind; ``is_run`` is false where the shell stopped before it."""

    is_run: bool
    output: str
    errors: str


def run(
    examples: Sequence[Example], folder: Path, environment: Mapping[str, str]
) -> tuple[int, list[Printed]]:
    """Return the shell's exit status and what each example printed."""
    lines = ["set -euo pipefail"]
    for number, example in enumerate(examples):
        # In this shell, not in one below it: later examples use what earlier ones set.
        out, err = _files(folder, number)
        lines.append(f"{{\n{example.command.text}}} > '{out}' 2> '{err}'")
    script = folder / "page.bash"
    script.write_text("\n".join(lines))
    program = Path(sys.executable).parent
    status = subprocess.run(
        ["bash", str(script)],
        cwd=folder,
        env={**environment, "PATH": f"{program}{os.pathsep}{os.environ['PATH']}"},
        check=False,
        timeout=LIMIT_S,
    ).returncode
    return status, [_printed(folder, number) for number in range(len(examples))]


def _files(folder: Path, number: int) -> tuple[Path, Path]:
    return folder / f"{number}.out", folder / f"{number}.err"


def _printed(folder: Path, number: int) -> Printed:
    out, err = _files(folder, number)
    if not out.exists():
        return Printed(False, "", "")
    return Printed(True, out.read_text(), err.read_text())
