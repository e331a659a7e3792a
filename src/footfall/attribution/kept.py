"""Relations of ``reckon`` in files beside the lake → the same relations on a connection.

A *base* has everything as of some moment, a *grown* file what came after it: rows to be added, and
in place of the base's rows of some visitors, owners and conversions those that they have now. Both
are DuckDB files that are opened for reading only.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec
from duckdb import DuckDBPyConnection

from footfall.attribution.channels import Channels
from footfall.attribution.definition import Definition
from footfall.attribution.reckon import of_conversions, of_touches, show
from footfall.attribution.statements import statement

FORMAT: Final = 1
"""Of the files; another number has all of them made anew."""

MEMORY: Final = "1GB"
"""Of DuckDB's, for one question or one renewal; what does not fit goes into files."""

SOURCES: Final = {
    "evidence": "events",
    "sales": "events",
    "messages": "deliveries",
    "changes": "identity",
    "refunds": "objects",
    "goods": "objects",
}
"""Rows of the lake that are kept, so that what changed can be reckoned anew without the rest; and
the lake's table that each is of."""

REDONE: Final = ("visitors", "moved", "resold")
"""Whose rows of the base a grown file replaces."""

_OVERLAYS: Final = {
    "evidence": "from base.evidence union all from grown.evidence",
    "sales": "from base.sales union all from grown.sales",
    "messages": "from base.messages union all from grown.messages",
    "changes": "from base.changes union all from grown.changes",
    "refunds": "from base.refunds anti join grown.refunds using (object_id) "
    "union all from grown.refunds",
    "goods": "from base.goods anti join grown.goods using (object_id) union all from grown.goods",
    "owners": "from base.owners anti join grown.moved using (kind, row_id) "
    "union all from grown.owners",
    "coded_touches": "from base.coded_touches anti join grown.visitors using (visitor) "
    "union all from grown.coded_touches",
    "told_conversions": "select sold.* from base.told_conversions as sold anti join grown.resold "
    "on resold.sale_no = coalesce(sold.order_id, -sold.conversion_id) "
    "union all from grown.told_conversions",
    "tellings": "from grown.tellings",
}

KEPT: Final = tuple(_OVERLAYS)
"""The relations that a base has all of."""

_AS_READ: Final = {"changes": "identity", "sales": "events"}
"""What questions call relations that are kept: they need no other events than these."""

_MADE_BY: Final = ("touches", "conversions", "owners", "tellings", "coded_touches")


def kind_of(definition: Definition, channels: Channels) -> str:
    """Return what tells apart files that are made by other rules, or by other statements."""
    statements = [statement(name) for name in _MADE_BY]
    statements += [statement(f"kept/{name}") for name in SOURCES]
    told = [
        FORMAT,
        duckdb.__version__,
        statements,
        sorted(_OVERLAYS.items()),
        of_touches(definition),
        of_conversions(definition),
        definition.milestone,
        channels.text,
    ]
    return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()[:16]


def options(spill: Path) -> dict[str, Any]:
    """Return DuckDB's options for reckoning, with a folder for what does not fit into memory."""
    return {
        "memory_limit": MEMORY,
        "temp_directory": str(spill),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "python_enable_replacements": False,
    }


class Instances:
    """DuckDB instances for one question after another: beginning one takes as long as a receipt.

    Between questions there is nothing in them: neither files, which may have to go, nor memory.

    Args:
        until_closed: ends them.
        spilling: gives each a folder for what does not fit into memory.
    """

    def __init__(
        self, until_closed: ExitStack, spilling: Callable[[], AbstractContextManager[Path]]
    ) -> None:
        self._until_closed = until_closed
        self._spilling = spilling
        self._idle: deque[DuckDBPyConnection] = deque()

    @contextmanager
    def opened(self, files: Sequence[Path]) -> Iterator[DuckDBPyConnection]:
        """Open a connection on which the relations are, by their names.

        Args:
            files: a base, and what came after it if there is any.
        """
        instance = self._taken()
        try:
            # What is temporary goes with the cursor.
            with instance.cursor() as connection:
                attach(connection, files)
                for name in KEPT:
                    as_read = _AS_READ.get(name, name)
                    shown = _OVERLAYS[name] if len(files) > 1 else f"from base.{name}"
                    connection.execute(f"create temp view {as_read} as {shown}")
                show(connection)
                yield connection
        finally:
            try:
                for name in ("base", "grown"):
                    instance.execute(f"detach database if exists {name}")
            except duckdb.Error:
                instance.close()
            else:
                self._idle.append(instance)

    def _taken(self) -> DuckDBPyConnection:
        try:
            return self._idle.pop()
        except IndexError:
            spill = self._until_closed.enter_context(self._spilling())
            return self._until_closed.enter_context(duckdb.connect(config=options(spill)))


def attach(connection: DuckDBPyConnection, files: Sequence[Path]) -> None:
    """Attach the files as ``base`` and, if there are two, ``grown``."""
    for name, path in zip(("base", "grown"), files, strict=False):
        connection.execute(f"attach {quoted(path)} as {name} (read_only)")


def show_old(connection: DuckDBPyConnection) -> None:
    """Make ``old_…`` views of what a base and a grown file have together."""
    for name, shown in _OVERLAYS.items():
        connection.execute(f"create temp view old_{name} as {shown}")


def quoted(path: Path) -> str:
    """Return a path as a text of SQL."""
    return "'" + str(path).replace("'", "''") + "'"
