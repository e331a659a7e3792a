"""One run of the benchmark: its folder, what it has started, and what it has found so far.

Every section gets it as its only argument. What two sections need is made once and kept.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

from rich.console import Console

from bench.figures import Findings
from bench.history import fill
from bench.installation import Installation
from bench.loads import PURCHASES, Loads, Sent, drive
from bench.options import Options
from bench.process import Footfall, Process, empty


class Run:
    """What the sections share.

    Args:
        stack: closes everything when the run ends.
    """

    def __init__(self, options: Options, folder: Path, stack: ExitStack, console: Console) -> None:
        self.options = options
        self.folder = folder
        self.findings = Findings()
        self._stack = stack
        self._console = console

    def tell(self, text: str) -> None:
        """Say what is going on."""
        self._console.print(text, style="dim", highlight=False)

    @cached_property
    def empty(self) -> Process:
        """The empty handler, running."""
        return self._stack.enter_context(empty(self.folder))

    @cached_property
    def filled(self) -> Installation:
        """An installation with as many events stored as the options say, indexed; no server."""
        installation = Installation(self.folder / "filled")
        self.tell(f"filling a database with {self.options.stored:,} events")
        fill(installation, self.options.stored)
        self.tell("waiting for its event index")
        with Footfall("indexing", installation) as server:
            server.start()
            server.settle()
        return installation

    def new(self, name: str, database: str = "", *, has_names: bool = True) -> Footfall:
        """Return a server, not started, over a new installation."""
        return Footfall(name, Installation(self.folder / name, database, has_names=has_names))

    def drive(self, section: str, processes: Sequence[Process], sent: Sent = PURCHASES) -> Loads:
        """Send single events to running servers in turn; see ``loads.drive``."""
        return drive(section, processes, self.options, self.findings, self.tell, sent)
