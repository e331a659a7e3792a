"""Reads the systemd units of ``deploy``, and puts them where this machine can look at them."""

import re
import shlex
import sys
from pathlib import Path
from typing import Final

from tests.docs.pages import DEPLOY

UNITS: Final = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
_PROGRAM: Final = "/opt/footfall/.venv/bin/footfall"
PROGRAM: Final = Path(sys.executable).with_name("footfall")


def copies(folder: Path) -> list[Path]:
    """Write the units to a folder, with the program of this environment, and return them."""
    found = []
    for unit in UNITS:
        copy = folder / unit.name
        copy.write_text(unit.read_text().replace(_PROGRAM, str(PROGRAM)))
        found.append(copy)
    return found


def values(unit: Path, name: str) -> list[str]:
    """Return every value a unit gives a directive."""
    return re.findall(rf"^{name}=(.*)$", unit.read_text(), re.MULTILINE)


def command(unit: Path, name: str, **places: Path) -> list[str]:
    """Return a unit's command as systemd would run it, with other places for its paths.

    Args:
        places: replacement by what the unit calls it, ``/`` written as ``_``.
    """
    text = values(unit, name)[0].replace("%%", "%").replace(_PROGRAM, str(PROGRAM))
    for told, place in places.items():
        text = text.replace("/" + told.replace("_", "/"), str(place))
    return shlex.split(text)
