"""Files that are made from the lake's rows of one business and kept until those rows change.

They hold what people told, so they go when the lake's rows do: whoever brings a lake up to date
also sweeps its ``Derived``. A set of files is published together, with how far the lake had come
when they were made, by one name taking another's place; files that were published are never
written to again, so that any number of processes read them without a lock. What is missing,
damaged or of another kind is simply made anew: nothing here is a source of truth.
"""

import fcntl
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
import structlog
from deltalake import DeltaTable
from sqlalchemy import func, or_, select

from footfall.lake.archive import FOLLOWED
from footfall.lake.columns import TABLES, LakeTable
from footfall.lake.delta import CHANGED, Location
from footfall.lake.erase import AGAIN, ERASURES
from footfall.store.engine import Engines
from footfall.store.facts import ERASED, WIPED
from footfall.store.tables import changes, identity_log

log = structlog.get_logger(__name__)

_SOURCES: Final = {each.table.name: each.source.name for each in FOLLOWED}
_STATE: Final = "state.json"
_LOCK: Final = "lock"
_SPILL: Final = "spill-"
_LOOK_EVERY_S: Final = 0.02


class Come(msgspec.Struct, frozen=True):
    """How far a table of the lake had come, for one business.

    Attributes:
        name: of the table; one that is made anew has another.
        number: all rows whose key is at most this were there; of things that change, all rows
            archived by a step of at most this number.
        count: rows of the business.
        erased, erased_again, wiped: marks of the last erasure, of what was emptied after one, and
            of the last wipe or other change of rows that were followed.
    """

    name: str
    number: int
    count: int
    erased: int
    erased_again: int
    wiped: int


class State(msgspec.Struct, frozen=True):
    """Files that belong together.

    Attributes:
        kind: what made them and in which way; others are of no use.
        come: how far the lake had come, by table.
        files: names within their folder.
    """

    kind: str
    come: dict[str, Come]
    files: tuple[str, ...]


_NOWHERE: Final = Come("", 0, 0, 0, 0, 0)


def column_of(table: LakeTable) -> str:
    """Return the column whose numbers say what was added to a table after a moment."""
    return "archived_no" if table.versions else table.key


def come(location: Location, opened: DeltaTable, table: LakeTable, business_id: int) -> Come:
    """Return how far an opened table has come for a business."""
    actions = opened.get_add_actions(flatten=True)
    mark = location.mark(opened, _SOURCES[table.name])
    counts = zip(
        actions.column("partition.business_id").to_pylist(),
        actions.column("num_records").to_pylist(),
        strict=True,
    )
    return Come(
        opened.metadata().description or "",
        opened.version() if table.versions else mark,
        sum(count for business, count in counts if int(business) == business_id),
        location.mark(opened, ERASURES),
        location.mark(opened, AGAIN),
        location.mark(opened, WIPED) + location.mark(opened, CHANGED),
    )


def files_after(
    location: Location, opened: DeltaTable, table: LakeTable, business_id: int, number: int
) -> list[str]:
    """Return the files of a business that may hold rows added after a number, on this machine."""
    wanted = str(int(business_id))
    uris = sorted(opened.file_uris(file_pruning_predicate=[("business_id", "=", wanted)]))
    # All of them are asked for: copies of others would be removed.
    local = location.local(table, uris, f"business_id={wanted}")
    actions = opened.get_add_actions(flatten=True)
    highest = dict(
        zip(
            (path.rsplit("/", 1)[-1] for path in actions.column("path").to_pylist()),
            actions.column(f"max.{column_of(table)}").to_pylist(),
            strict=True,
        )
    )
    found = []
    for uri, path in zip(uris, local, strict=True):
        latest = highest[uri.rsplit("/", 1)[-1]]
        if latest is None or latest > number:
            found.append(path)
    return found


class Derived:
    """The folder of all such files of an installation, on this machine.

    Args:
        engines: the store's; only read, for whom it erased.
    """

    def __init__(self, root: Path, location: Location, engines: Engines) -> None:
        self._root = root
        self._location = location
        self._engines = engines

    def folder(self, business_id: int, name: str) -> Path:
        """Return the folder of one set of files of a business; it may not be there yet."""
        return self._root / str(int(business_id)) / name

    def files(self) -> list[Path]:
        """Return every file that is kept."""
        return sorted(path for path in self._root.rglob("*") if path.is_file())

    def find(self, folder: Path, kind: str) -> State | None:
        """Return what is published in a folder, ``None`` if nothing is that can be used."""
        state = _state(folder)
        return state if state is not None and state.kind == kind else None

    def is_good(self, business_id: int, state: State, now: Mapping[str, Come]) -> bool:
        """Tell whether the rows that files were made from are still as they were."""
        for table, was in state.come.items():
            is_now = now[table]
            if (was.name, was.wiped) != (is_now.name, is_now.wiped) or was.number > is_now.number:
                return False
            erasures = [(each.erased, each.erased_again) for each in (was, is_now)]
            if erasures[0] != erasures[1] and self._has_erased(business_id, was, is_now):
                return False
        return True

    @contextmanager
    def alone(self, folder: Path, patience_s: float) -> Iterator[bool]:
        """Be the only one to make files in a folder; yields ``False`` when others take too long."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(folder / _LOCK, patience_s) as is_locked:
            if is_locked:
                self._tidy(folder)
            yield is_locked

    def part(self, folder: Path) -> Path:
        """Return a name for a file that is being made."""
        return folder / f"{secrets.token_hex(8)}.part"

    def publish(
        self,
        folder: Path,
        business_id: int,
        kind: str,
        come: dict[str, Come],
        files: Sequence[Path],
    ) -> State | None:
        """Put finished files in the place of those that were published before.

        Args:
            files: in the folder; those that end in ``.part`` get a name for good.

        Returns:
            ``None`` if their rows were erased or wiped meanwhile: then they are removed.
        """
        state = State(kind, come, tuple(path.name.removesuffix(".part") for path in files))
        with _locked(self._root / _LOCK, None):
            now = {name: self._now(TABLES[name], business_id) or _NOWHERE for name in come}
            is_good = self.is_good(business_id, state, now)
            if is_good:
                for path in files:
                    path.rename(folder / path.name.removesuffix(".part"))
                part = folder / f"{_STATE}.part"
                part.write_bytes(msgspec.json.encode(state))
                part.replace(folder / _STATE)
        self._tidy(folder)
        return state if is_good else None

    def keep_latest(self, business_id: int, count: int) -> None:
        """Remove what a business has but the sets of files that were published last."""
        found = self._root.glob(f"{int(business_id)}/*/{_STATE}")
        by_age = sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)
        for path in by_age[count:]:
            self.forget(path.parent)

    def forget(self, folder: Path) -> None:
        """Remove what is published in a folder."""
        (folder / _STATE).unlink(missing_ok=True)
        self._tidy(folder)

    def sweep(self) -> None:
        """Remove every file whose rows were erased, wiped or made anew."""
        if not self._root.exists():
            return
        with _locked(self._root / _LOCK, None):
            for path in sorted(self._root.glob(f"*/*/{_STATE}")):
                folder, business_id = path.parent, int(path.parent.parent.name)
                state = _state(folder)
                now = {
                    name: self._now(TABLES[name], business_id) or _NOWHERE
                    for name in (() if state is None else state.come)
                }
                if state is None or not self.is_good(business_id, state, now):
                    log.info("derived_files_removed", business=business_id)
                    self.forget(folder)
        for spill in self._root.glob(f"{_SPILL}*"):
            if not _is_running(int(spill.name.removeprefix(_SPILL).split("-")[0])):
                shutil.rmtree(spill, ignore_errors=True)

    @contextmanager
    def spilling(self) -> Iterator[Path]:
        """Yield a folder for what does not fit into memory, as long as this lasts."""
        folder = self._root / f"{_SPILL}{os.getpid()}-{secrets.token_hex(4)}"
        try:
            folder.mkdir(mode=0o700, parents=True)
        except OSError:
            # Whoever may only read the installation may still ask.
            folder = Path(tempfile.mkdtemp(prefix="footfall-"))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _now(self, table: LakeTable, business_id: int) -> Come | None:
        opened = self._location.find(table)
        return None if opened is None else come(self._location, opened, table, business_id)

    def _has_erased(self, business_id: int, was: Come, now: Come) -> bool:
        """Tell whether somebody of a business was erased between two marks."""
        again = select(changes.c.row_id).where(
            changes.c.noun == ERASED,
            changes.c.id > min(was.erased_again, now.erased_again),
            changes.c.id <= max(was.erased_again, now.erased_again),
        )
        query = select(func.count()).where(
            identity_log.c.business_id == business_id,
            identity_log.c.kind == "erase",
            or_(
                identity_log.c.id.between(
                    min(was.erased, now.erased) + 1, max(was.erased, now.erased)
                ),
                identity_log.c.id.in_(again),
            ),
        )
        with self._engines.read.begin() as connection:
            return bool(connection.execute(query).scalar())

    def _tidy(self, folder: Path) -> None:
        """Remove the files of a folder that are not published."""
        state = _state(folder)
        kept = {_LOCK, _STATE, *(() if state is None else state.files)}
        for path in folder.iterdir():
            if path.name not in kept:
                path.unlink(missing_ok=True)


def _state(folder: Path) -> State | None:
    try:
        return msgspec.json.decode((folder / _STATE).read_bytes(), type=State)
    except (OSError, msgspec.MsgspecError):
        return None


@contextmanager
def _locked(path: Path, patience_s: float | None) -> Iterator[bool]:
    """Hold a lock, waited for as long as it takes or for some seconds."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if patience_s is None:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield True
            return
        deadline = time.monotonic() + patience_s
        while not _try(descriptor):
            if time.monotonic() > deadline:
                yield False
                return
            time.sleep(_LOOK_EVERY_S)
        yield True
    finally:
        os.close(descriptor)


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
