"""The lake's Delta tables: made, opened, added to, and how far each has come.

How far the archive has come is written in the very commit that adds the rows (a Delta application
transaction), so a process that dies between any two steps neither loses nor doubles a row. Who
commits says which version was read; if somebody else was faster the commit fails and nothing of it
is seen (``Overtaken``).

Statistics in the transaction log are kept of row numbers and times only: the log outlives files,
and nothing that a person told may stay in it.
"""

import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from arro3.core import Array, DataType, Field, Schema, Table
from deltalake import CommitProperties, DeltaTable, Transaction, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError, TableNotFoundError

from footfall.lake.columns import PARTITIONS, Kind, LakeTable
from footfall.lake.fetch import fetch

_TYPES: Final[dict[Kind, DataType]] = {
    "bigint": DataType.int64(),
    "varchar": DataType.utf8(),
    "boolean": DataType.bool(),
    "date": DataType.date32(),
}
COMPRESSED: Final = WriterProperties(compression="ZSTD", compression_level=3)
_DAY_US: Final = 86_400_000_000

CHANGED: Final = "changed"
"""Mark of the last version in which rows were removed or emptied that nothing else tells of."""

Marks = Mapping[str, int]
"""How far the archive has come: number by what is followed."""


class Overtaken(Exception):
    """Somebody else changed the table meanwhile; open it again and look anew."""


class Location:
    """Where the lake is: a folder or an address such as ``s3://bucket/lake``.

    Args:
        root: path or URL.
        lake_id: whose lake it is to be; what another installation left there is replaced.
        cache: folder for files of a lake that is not on this machine.
    """

    def __init__(self, root: str, lake_id: str, cache: Path) -> None:
        self.root = root.rstrip("/")
        self.lake_id = lake_id
        self._cache = cache
        self._synced: set[str] = set()

    @property
    def is_local(self) -> bool:
        return "://" not in self.root

    def uri(self, table: LakeTable) -> str:
        return f"{self.root}/{table.name}"

    def local(self, table: LakeTable, uris: Sequence[str], part: str) -> list[str]:
        """Return paths on this machine of some files of a table, fetched if need be.

        A Parquet file is never changed, so one that was fetched stays right; those that are not
        asked for any more are removed.
        """
        if self.is_local:
            return [unquote(uri) for uri in uris]
        return fetch(self.uri(table), uris, self._cache / table.name / part)

    def open(self, table: LakeTable) -> DeltaTable:
        """Return a table as it is now, made anew if it is not there as it has to be."""
        found = self.find(table)
        return found if found is not None else self.create(table)

    def find(self, table: LakeTable) -> DeltaTable | None:
        """Return a table as it is now, ``None`` if there is none of this installation.

        One with the columns of an earlier version of Footfall counts as none.
        """
        try:
            found = DeltaTable(self.uri(table))
        except TableNotFoundError:
            return None
        columns = tuple(field.name for field in found.schema().fields)
        is_ours = _name(found).startswith(f"{self.lake_id}/")
        return found if is_ours and columns == table.names else None

    def create(self, table: LakeTable) -> DeltaTable:
        """Return a new empty table in the place of whatever is there.

        Raises:
            Overtaken: somebody else made one at the same moment.
        """
        if self.is_local:
            Path(self.root).mkdir(mode=0o700, parents=True, exist_ok=True)
        numbers = [each.name for each in table.columns if each.kind == "bigint"]
        try:
            return DeltaTable.create(
                self.uri(table),
                schema=schema_of(table),
                mode="overwrite",
                partition_by=list(PARTITIONS),
                # What was in its place may have been followed further: that counts no more.
                description=f"{self.lake_id}/{secrets.token_hex(4)}",
                configuration={
                    "delta.dataSkippingStatsColumns": ",".join(
                        name for name in numbers if name not in (*PARTITIONS, *table.told)
                    ),
                    "delta.checkpointInterval": "50",
                    "delta.logRetentionDuration": "interval 1 days",
                },
            )
        except CommitFailedError as problem:
            raise Overtaken from problem

    def mark(self, opened: DeltaTable, name: str) -> int:
        """Return how far the archive has come with something, 0 at the beginning."""
        return opened.transaction_version(_app(opened, name)) or 0

    def commit(self, opened: DeltaTable, marks: Marks) -> CommitProperties:
        """Return what a commit says: how far it comes, and that it is not to be tried again."""
        return CommitProperties(
            max_commit_retries=0,
            app_transactions=[Transaction(_app(opened, name), at) for name, at in marks.items()],
        )

    def append(self, opened: DeltaTable, batch: Table, marks: Marks) -> None:
        """Add rows and say how far that comes, both or neither.

        Raises:
            Overtaken: the table was changed since it was opened.
        """
        try:
            write_deltalake(
                opened,
                batch,
                mode="append",
                writer_properties=COMPRESSED,
                commit_properties=self.commit(opened, marks),
            )
        except CommitFailedError as problem:
            raise Overtaken from problem

    def sync(self, opened: DeltaTable) -> None:
        """Wait until a table as it was opened is on disk; an object store keeps what it confirms.

        Files are never changed once they are written, so each is waited for once.
        """
        if not self.is_local:
            return
        table = Path(unquote(opened.table_uri.removeprefix("file://")))
        files = [unquote(uri) for uri in opened.file_uris()]
        files += map(str, (table / "_delta_log").glob("*.json"))
        missing = [Path(file) for file in files if file not in self._synced]
        folders = {above for file in missing for above in file.parents}
        for path in (*missing, *(each for each in folders if each.is_relative_to(self.root))):
            _sync(path)
        self._synced.update(map(str, missing))

    def trim(self, opened: DeltaTable, table: LakeTable, name: str, last: int) -> None:
        """Remove the rows after a row number, and say that the archive has come that far.

        Raises:
            Overtaken: the table was changed since it was opened.
        """
        marks = {name: last, CHANGED: opened.version() + 1}
        try:
            opened.delete(
                f"{table.key} > {int(last)}", commit_properties=self.commit(opened, marks)
            )
        except CommitFailedError as problem:
            raise Overtaken from problem

    def empty(self, opened: DeltaTable, told: Sequence[str], predicate: str) -> int:
        """Set columns to null where a predicate holds; return in how many rows.

        Raises:
            Overtaken: the table was changed since it was opened.
        """
        try:
            done = opened.update(
                predicate=predicate,
                updates=dict.fromkeys(told, "null"),
                writer_properties=COMPRESSED,
                commit_properties=self.commit(opened, {}),
            )
        except CommitFailedError as problem:
            raise Overtaken from problem
        return int(done["num_updated_rows"])


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _name(opened: DeltaTable) -> str:
    return opened.metadata().description or ""


def _app(opened: DeltaTable, name: str) -> str:
    return f"footfall/{_name(opened)}/{name}"


def schema_of(table: LakeTable) -> Schema:
    """Return a table's Arrow schema."""
    return Schema(
        [
            Field(each.name, _TYPES[each.kind], nullable=not each.is_required)
            for each in table.columns
        ]
    )


def batch_of(table: LakeTable, columns: Mapping[str, Sequence[Any]]) -> Table:
    """Return rows as Arrow, given by column; ``day_on`` is found from the table's time."""
    days = [at // _DAY_US for at in columns[table.day_of]]
    arrays = []
    for each in table.columns:
        if each.name == "day_on":
            arrays.append(Array(days, type=DataType.int32()).cast(DataType.date32()))
        else:
            arrays.append(Array(columns[each.name], type=_TYPES[each.kind]))
    return Table.from_arrays(arrays, schema=schema_of(table))


def empty_batch(table: LakeTable) -> Table:
    """Return no rows, for a commit that only says how far it comes."""
    return batch_of(table, {column.name: () for column in table.columns})
