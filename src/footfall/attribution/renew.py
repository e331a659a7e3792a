"""The lake's rows of one business → files with the relations of ``reckon``, made anew or grown.

What is new in the lake decides which visitors, owners and conversions are reckoned again, by the
very statements that reckon everything; all others stay as they were. Nothing here decides what a
touch or a conversion is.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
from duckdb import DuckDBPyConnection

from footfall.attribution.channels import Channels
from footfall.attribution.definition import Definition
from footfall.attribution.kept import (
    KEPT,
    REDONE,
    SOURCES,
    attach,
    options,
    quoted,
    show_old,
)
from footfall.attribution.reckon import TELLINGS, code_touches, make, of_conversions
from footfall.attribution.statements import statement
from footfall.attribution.words import FOREVER
from footfall.lake.columns import TABLES
from footfall.lake.derived import column_of
from footfall.lake.reading import Files, views

Report = Callable[[str, int, int | None], None]
"""Called with what is being done, how much of it, and out of how much if that is known."""

After = dict[str, int]
"""By table of the lake the number after which its rows are new."""

_PART_ROWS: Final = 2_000_000
"""Events that may be evidence that are looked at together: bounds the memory that takes."""

_FIRST: Final = dict.fromkeys(TABLES, -1)
_VISITOR: Final = "coalesce(session_id, -profile_id)"
_IS_MERGE: Final = "kind in ('merge', 'undo')"


class Unsure(Exception):
    """The lake has other rows than those it was added to; what was made of it is not to be used."""


class Renewal:
    """One file in the making.

    Args:
        files: of the lake, with the rows to be read, by table.
        spill: folder for what does not fit into memory.
    """

    def __init__(
        self,
        business_id: int,
        definition: Definition,
        channels: Channels,
        files: Files,
        spill: Path,
        report: Report,
    ) -> None:
        self._business_id = business_id
        self._definition = definition
        self._channels = channels
        self._files = files
        self._spill = spill
        self._report = report

    def build(self, path: Path) -> None:
        """Make a base of all rows of the lake."""
        with self._connected(path) as connection:
            self._read(connection, "made.", _FIRST)
            for name, shape in _EMPTY.items():
                connection.execute(f"create table made.{name} ({shape})")
            _see(connection, identity="from made.changes", objects="from made.refunds")
            make(connection, "made.owners", "owners", **self._known)
            _see(connection, owners="from made.owners")
            self._touch_all(connection)
            self._report("Attribution: sales", 0, None)
            _see(connection, events="from made.sales")
            sold = f"{statement('conversions')} order by conversion_id"
            connection.execute(
                f"create table made.told_conversions as {sold}",
                self._known | of_conversions(self._definition),
            )
            connection.execute("detach made")

    def grow(self, path: Path, old: Sequence[Path], after: After, expected: dict[str, int]) -> None:
        """Make a file of what came after a base, and replaces what is in an earlier such file.

        Args:
            old: the base, and the earlier file if there is one.
            after: by table of the lake, up to where both have all rows.
            expected: by table of the lake, how many rows are new.

        Raises:
            Unsure: there are more or fewer.
        """
        with self._connected(path) as connection:
            for table, count in expected.items():
                found = connection.execute(
                    f"select count(*) from {table} where {column_of(TABLES[table])} > $after",
                    {"after": after[table]},
                ).fetchall()[0][0]
                if found != count:
                    raise Unsure(f"{table}: {found} new rows, {count} expected")
            self._read(connection, "new_", after)
            attach(connection, old)
            if len(old) == 1:
                connection.execute("attach ':memory:' as grown")
                for name in (*KEPT, *REDONE):
                    rows = "" if name == "tellings" else " limit 0"
                    connection.execute(f"create table grown.{name} as from base.{name}{rows}")
            show_old(connection)
            for name in SOURCES:
                connection.execute(
                    f"create temp view all_{name} as "
                    + (
                        f"from old_{name} anti join new_{name} using (object_id) "
                        f"union all from new_{name}"
                        if SOURCES[name] == "objects"
                        else f"from old_{name} union all from new_{name}"
                    )
                )
            self._move_owners(connection)
            self._touch_some(connection)
            self._sell_some(connection)
            _write(connection)
            connection.execute("detach made")

    @property
    def _known(self) -> dict[str, int]:
        return {"business_id": self._business_id, "as_of": FOREVER}

    def _connected(self, path: Path) -> DuckDBPyConnection:
        """Return a connection with the lake's views, and the file that is made as ``made``."""
        connection = duckdb.connect(config=options(self._spill))
        connection.execute(f"attach {quoted(path)} as made")
        for each in views(self._files, shows_all=True):
            connection.execute(each)
        return connection

    def _read(self, connection: DuckDBPyConnection, prefix: str, after: After) -> None:
        """Copy the lake's rows that matter, and take its views away: only those are seen then."""
        for name, table in SOURCES.items():
            self._report(f"Attribution: {table}", 0, None)
            values: dict[str, Any] = {"business_id": self._business_id, "after": after[table]}
            if name == "sales":
                values["goals"] = list(self._definition.goals)
                values["milestone"] = self._definition.milestone
            make(connection, f"{prefix}{name}", f"kept/{name}", **values)
        for table in self._files:
            connection.execute(f"drop view {table}")

    def _touch_all(self, connection: DuckDBPyConnection) -> None:
        """Make all touches, some visitors at a time: no touch depends on another visitor's."""
        connection.execute(f"create temp table tellings ({TELLINGS})")
        rows = connection.execute("select count(*) from made.evidence").fetchall()[0][0]
        parts = rows // _PART_ROWS + 1
        for part in range(parts):
            self._report("Attribution: touches", part, parts)
            _see(
                connection,
                events=f"from made.evidence where abs({_VISITOR}) % {parts} = {part}",
                deliveries=f"from made.messages where profile_id % {parts} = {part}",
            )
            self._code(connection)
            verb = "insert into touched" if part else "create temp table touched as"
            connection.execute(f"{verb} from coded_touches")
        connection.execute("drop table coded_touches")
        connection.execute(
            "create table made.coded_touches as from touched "
            "order by person_id, touched_at, received_at, touch_id"
        )
        connection.execute("drop table touched")
        connection.execute("create table made.tellings as from temp.tellings order by telling_no")

    def _code(self, connection: DuckDBPyConnection) -> None:
        code_touches(connection, self._business_id, self._definition, self._channels, FOREVER)

    def _move_owners(self, connection: DuckDBPyConnection) -> None:
        """Find whom the changes of identity concern, and to whom these belong now."""
        _see(connection, identity=f"from all_changes where {_IS_MERGE}")
        has_merges = _has(connection, f"from new_changes where {_IS_MERGE}")
        if has_merges:
            make(connection, "merged_owners", "owners", **self._known)
            make(connection, "moved_profiles", "kept/moved_profiles")
        else:
            connection.execute("create temp table moved_profiles (profile_id bigint)")
        make(connection, "moved_sessions", "kept/moved_sessions")
        _see(
            connection,
            identity=f"from all_changes where {_IS_MERGE} or session_id in (from moved_sessions)",
        )
        if _has(connection, "from moved_sessions"):
            make(connection, "merged_owners", "owners", **self._known)
        elif not has_merges:
            connection.execute("create temp table merged_owners as from old_owners limit 0")
        connection.execute(
            "create temp table moved as "
            "select 'session' as kind, session_id as row_id from moved_sessions union all "
            "select 'profile', profile_id from moved_profiles"
        )
        connection.execute(
            "create temp table new_owners as "
            "from merged_owners semi join moved using (kind, row_id)"
        )
        connection.execute(
            "create temp view all_owners as from old_owners anti join moved using (kind, row_id) "
            "union all from new_owners"
        )

    def _touch_some(self, connection: DuckDBPyConnection) -> None:
        """Make the touches of the visitors whose touches may have changed."""
        make(connection, "visitors", "kept/visitors")
        connection.execute(
            f"create temp table some_evidence as from all_evidence "
            f"where {_VISITOR} in (from visitors)"
        )
        connection.execute(
            "create temp table some_messages as from all_messages "
            "where -profile_id in (from visitors)"
        )
        _see(connection, events="from some_evidence", deliveries="from some_messages")
        self._own(connection, "some_evidence", "some_messages")
        connection.execute("create temp table tellings as from old_tellings")
        self._code(connection)

    def _sell_some(self, connection: DuckDBPyConnection) -> None:
        """Make the conversions that may have changed."""
        make(connection, "resold", "kept/resold")
        make(connection, "some_sales", "kept/resold_events")
        _see(connection, events="from some_sales", objects="from all_refunds")
        self._own(connection, "some_sales")
        make(
            connection,
            "sold",
            "conversions",
            **self._known,
            **of_conversions(self._definition),
        )

    def _own(self, connection: DuckDBPyConnection, *tables: str) -> None:
        """Show as ``owners`` only those of some rows: few of very many."""
        profiles = " union all ".join(f"select profile_id from {table}" for table in tables)
        connection.execute(
            "create or replace temp table some_owners as from all_owners where "
            f"(kind = 'profile' and row_id in ({profiles})) "
            f"or (kind = 'session' and row_id in (select session_id from {tables[0]}))"
        )
        _see(connection, owners="from some_owners")


_EMPTY: Final = {
    "visitors": "visitor bigint",
    "moved": "kind varchar, row_id bigint",
    "resold": "sale_no bigint",
}

_SALE: Final = "coalesce(order_id, -conversion_id)"

_WRITTEN: Final = {
    "evidence": "from grown.evidence union all from new_evidence",
    "sales": "from grown.sales union all from new_sales",
    "messages": "from grown.messages union all from new_messages",
    "changes": "from grown.changes union all from new_changes",
    "refunds": "from grown.refunds anti join new_refunds using (object_id) "
    "union all from new_refunds",
    "goods": "from grown.goods anti join new_goods using (object_id) union all from new_goods",
    "moved": "from grown.moved union from temp.moved",
    "owners": "from grown.owners anti join temp.moved using (kind, row_id) "
    "union all from new_owners",
    "visitors": "from grown.visitors union from temp.visitors",
    "coded_touches": "from (from grown.coded_touches anti join temp.visitors using (visitor) "
    "union all from temp.coded_touches) order by person_id, touched_at, received_at, touch_id",
    "resold": "from grown.resold union from temp.resold",
    "told_conversions": "from (from grown.told_conversions "
    f"where {_SALE} not in (from temp.resold) "
    f"union all from sold where {_SALE} in (from temp.resold)) order by conversion_id",
}
"""The tables of a grown file, out of an earlier one and what is new."""


def _write(connection: DuckDBPyConnection) -> None:
    for name, rows in _WRITTEN.items():
        connection.execute(f"create table made.{name} as {rows}")
    # What no touch tells any more is no value of any report. Only those that a touch told which was
    # replaced may be so, and few of these: the others need not be looked for among all touches.
    connection.execute(
        "create temp table doubtful as "
        "select telling_no from base.coded_touches semi join made.visitors using (visitor) "
        "union select telling_no from grown.coded_touches "
        "except select telling_no from made.coded_touches"
    )
    connection.execute(
        "create table made.tellings as "
        "from temp.tellings anti join (from doubtful where telling_no not in ("
        "select base.coded_touches.telling_no from base.coded_touches "
        "semi join doubtful using (telling_no) anti join made.visitors using (visitor))"
        ") using (telling_no) order by telling_no"
    )


def _has(connection: DuckDBPyConnection, rows: str) -> bool:
    return bool(connection.execute(f"{rows} limit 1").fetchall())


def _see(connection: DuckDBPyConnection, **relations: str) -> None:
    """Show rows under the names by which the statements of ``sql/`` read them."""
    for name, rows in relations.items():
        connection.execute(f"create or replace temp view {name} as {rows}")
