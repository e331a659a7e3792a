"""Keeps the lake's files few: merges the small ones of a day, and removes those merged long ago.

Files that a newer version no longer names stay for an hour, so that whoever began to read them can
finish. Runs under ``lock.changing``.
"""

from collections import Counter
from typing import Final

import structlog
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError

from footfall.lake.columns import TABLES
from footfall.lake.delta import COMPRESSED, Location, Overtaken

log = structlog.get_logger(__name__)

SMALL_BYTES: Final = 64 << 20
"""Files below this are worth merging."""

FILES_MAX: Final = 8
"""Small files a day may have before they are merged."""

KEPT_HOURS: Final = 1


def compact(location: Location, files_max: int = FILES_MAX) -> int:
    """Merge small files of each day that has more than so many; return how many files went.

    Raises:
        Overtaken: somebody else changed a table meanwhile.
    """
    merged = 0
    for table in TABLES.values():
        opened = location.find(table)
        if opened is None:
            continue
        for business_id, day in _crowded(opened, files_max):
            part = [("business_id", "=", business_id), ("day_on", "=", day)]
            try:
                done = opened.optimize.compact(
                    part,
                    target_size=SMALL_BYTES,
                    writer_properties=COMPRESSED,
                    commit_properties=location.commit(opened, {}),
                )
            except CommitFailedError as problem:
                raise Overtaken from problem
            merged += int(done["numFilesRemoved"])
        # Before what was merged goes: it may be all there is of it.
        location.sync(opened)
        opened.vacuum(KEPT_HOURS, dry_run=False, enforce_retention_duration=False)
    if merged:
        log.info("lake_compacted", files=merged)
    return merged


def _crowded(opened: DeltaTable, files_max: int) -> list[tuple[str, str]]:
    """Return (business, day) of those with more small files than that, oldest day first."""
    actions = opened.get_add_actions(flatten=True)
    rows = zip(
        actions.column("partition.business_id").to_pylist(),
        actions.column("partition.day_on").to_pylist(),
        actions.column("size_bytes").to_pylist(),
        strict=True,
    )
    small = Counter((business, day) for business, day, size in rows if size < SMALL_BYTES)
    crowded = sorted(part for part, count in small.items() if count > files_max)
    return [(str(business), day.isoformat()) for business, day in crowded]
