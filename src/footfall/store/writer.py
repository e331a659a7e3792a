"""Group commit: whatever arrived while the last commit was syncing is the next commit.

One thread per process makes all changes. Work is put into the open group by the event loop; the
thread takes the group, applies it in one transaction, and only after the commit is synced does the
group's one future resolve. The cost per event falls as load rises.

A ``write`` that fails undoes its own savepoint and fails its own caller. When the whole commit
fails (disk full, database gone) every caller of the group gets ``Unavailable`` and the next group
tries afresh. Past the bound of waiting events callers are turned away at once.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError

from footfall.errors import FootfallError, Refused, Unavailable
from footfall.store.settle import Overtaken
from footfall.store.shared import Shared
from footfall.store.stats import WriterStats

log = structlog.get_logger(__name__)

ATTEMPTS: Final = 4
"""How often a group is tried when another process was in its way (PostgreSQL only)."""

IN_EACH_OTHERS_WAY: Final = frozenset({"40001", "40P01"})
"""What PostgreSQL calls a serialization failure and a deadlock: start over."""


class Work(Protocol):
    """One caller's part of a group."""

    size: int
    error: BaseException | None
    changes: list[tuple[str, int]]


class Waiter(Protocol):
    """Who is told of a commit without a task of its own to wait in."""

    def committed(self, group: "Group") -> None:
        """Do what follows a commit, or its failure; called on the event loop."""


class Write:
    """A function to be run on the writer's connection, in a savepoint of its own."""

    __slots__ = ("changes", "error", "fn", "size", "value")

    def __init__(self, fn: Callable[[Connection], Any]) -> None:
        self.fn = fn
        self.size = 1
        self.value: Any = None
        self.error: BaseException | None = None
        self.changes: list[tuple[str, int]] = []


class Group:
    """What will be committed together."""

    __slots__ = ("appends", "error", "future", "size", "waiters", "writes")

    def __init__(self, future: asyncio.Future[None]) -> None:
        self.future = future
        self.waiters: list[Waiter] = []
        self.appends: list[Any] = []
        self.writes: list[Write] = []
        self.size = 0
        self.error: Unavailable | None = None

    def check(self, work: Work) -> None:
        """Raise what kept the group, or this part of it, from being stored."""
        if self.error is not None:
            raise Refused([self.error])
        if work.error is not None:
            raise work.error


class Writer:
    """The one writer of a process.

    Args:
        engine: the write engine.
        apply: appends submissions on a connection inside the group's transaction; it must be able
            to start over after a rollback.
        on_changes: told on the event loop which cached facts a commit changed.
        max_waiting: events that may wait; more are refused with ``Unavailable``.
    """

    def __init__(
        self,
        engine: Engine,
        apply: Callable[[Connection, Sequence[Any]], None],
        on_changes: Callable[[list[tuple[str, int]]], None],
        max_waiting: int,
    ) -> None:
        self._engine = engine
        self._apply = apply
        self._on_changes = on_changes
        self._max_waiting = max_waiting
        driver = engine.dialect.loaded_dbapi
        # The bulk statements go to the driver itself: its errors come unwrapped.
        self._overtaken = (IntegrityError, Overtaken, driver.IntegrityError)
        self._broken = (
            OperationalError,
            InterfaceError,
            driver.OperationalError,
            driver.InterfaceError,
            OSError,
        )
        self._open: Group | None = None
        self._is_committing = False
        self._last: Group | None = None
        self._waiting = 0
        self._closing = False
        self._handed: queue.SimpleQueue[Group | None] = queue.SimpleQueue()
        self._connection: Connection | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self.stats = WriterStats()
        self.has_failed = False
        """Whether the last commit failed; the next one that does not tells that it is over."""

    @property
    def waiting(self) -> int:
        """Events accepted and not yet committed."""
        return self._waiting

    def start(self) -> None:
        """Start the thread; futures resolve on the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="footfall-writer")
        self._thread.start()

    async def close(self) -> None:
        """Commit what was accepted, then end the thread."""
        self._closing = True
        while self._waiting:
            assert self._last is not None
            await self._last.future
        self._handed.put(None)
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    async def write(self, fn: Callable[[Connection], Any]) -> Any:
        """Run ``fn(connection)`` in the next commit and return what it returned, once synced.

        Raises:
            Refused: with ``Unavailable`` when it cannot be stored now.
            Exception: whatever ``fn`` raised; nothing of it is kept.
        """
        work = Write(fn)
        group = self._join(1)
        group.writes.append(work)
        await group.future
        group.check(work)
        return work.value

    def submit(self, submission: Work) -> Group:
        """Put a submission into the next commit.

        Wait for the group's ``future`` or be one of its ``waiters``, then ``check`` it; the outcome
        is in the submission.

        Raises:
            Refused: with ``Unavailable`` when too much is waiting.
        """
        group = self._join(submission.size)
        group.appends.append(submission)
        return group

    def _join(self, size: int) -> Group:
        # More than the whole bound at once is taken when nothing waits: it would never fit else.
        if self._closing or self._waiting + size > max(self._max_waiting, size):
            self.stats.refused += size
            why = "is shutting down" if self._closing else "has too much waiting to be stored"
            raise Refused([Unavailable(f"The server {why}; send the same request again shortly.")])
        assert self._loop is not None
        self._waiting += size
        group = self._open
        if group is None:
            group = self._open = self._last = Group(Shared(loop=self._loop))
            if not self._is_committing:
                # At the end of this turn of the loop, so that all that arrived in it is in.
                self._loop.call_soon(self._hand_over)
        group.size += size
        return group

    def _hand_over(self) -> None:
        if self._open is not None and not self._is_committing:
            group, self._open = self._open, None
            self._is_committing = True
            self._handed.put(group)

    def _run(self) -> None:
        assert self._loop is not None
        while (group := self._handed.get()) is not None:
            self._commit(group)
            self._loop.call_soon_threadsafe(self._finish, group)
        self._drop_connection()

    def _finish(self, group: Group) -> None:
        self._is_committing = False
        self._hand_over()
        self._waiting -= group.size
        changes = [change for work in group.writes for change in work.changes]
        if changes:
            self._on_changes(changes)
        if not group.future.done():
            group.future.set_result(None)
        for waiter in group.waiters:
            try:
                waiter.committed(group)
            except Exception as problem:
                # A defect of one must not cost the others their answers.
                log.error("answer_failed", error=repr(problem), exc_info=problem)

    def _commit(self, group: Group) -> None:
        started = time.perf_counter()
        try:
            self._apply_whole(group)
            self.has_failed = False
        except Exception as problem:
            if self._was_overtaken(problem):
                self._apply_one_by_one(group)
            elif isinstance(problem, self._broken):
                self._fail(group, problem)
            else:
                # Never expected; one caller's oddity must not cost the others their events.
                log.error("commit_failed", error=repr(problem), exc_info=True)
                self._apply_one_by_one(group)
        self.stats.commit(group.size, time.perf_counter() - started)

    def _apply_whole(self, group: Group) -> None:
        for attempt in range(ATTEMPTS):
            try:
                self._transaction(group.appends, group.writes)
                return
            except Exception as problem:
                # Another process took a key, session or object between our look and our insert;
                # the second look sees it.
                if attempt == ATTEMPTS - 1 or not self._was_overtaken(problem):
                    raise

    def _was_overtaken(self, problem: Exception) -> bool:
        cause = getattr(problem, "orig", problem)
        return (
            isinstance(problem, self._overtaken)
            or getattr(cause, "sqlstate", None) in IN_EACH_OTHERS_WAY
        )

    def _apply_one_by_one(self, group: Group) -> None:
        for append in group.appends:
            self._apply_alone([append], [], append)
        for write in group.writes:
            self._apply_alone([], [write], write)

    def _apply_alone(self, appends: list[Any], writes: list[Write], work: Any) -> None:
        try:
            self._transaction(appends, writes)
            self.has_failed = False
        except Exception as problem:
            log.error("write_failed", error=repr(problem), exc_info=True)
            self._drop_connection()
            self.has_failed = isinstance(problem, self._broken)
            self.stats.failed += work.size
            work.error = Refused([_unavailable()])

    def _transaction(self, appends: list[Any], writes: list[Write]) -> None:
        connection = self._connect()
        with connection.begin():
            if appends:
                self._apply(connection, appends)
            for write in writes:
                _run_in_savepoint(connection, write)

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.invalidate()
                connection.close()
            except Exception as problem:
                log.warning("connection_not_closed", error=repr(problem))

    def _fail(self, group: Group, problem: Exception) -> None:
        log.error("commit_failed", events=group.size, error=_first_line(problem))
        self.stats.failed += group.size
        self._drop_connection()
        group.error = _unavailable()
        self.has_failed = True


def _unavailable() -> Unavailable:
    return Unavailable(
        "The event store cannot be written to at the moment; nothing of this request was kept. "
        "Send the same request again after the time in Retry-After."
    )


def _first_line(problem: Exception) -> str:
    return (str(problem) or repr(problem)).splitlines()[0]


def _run_in_savepoint(connection: Connection, write: Write) -> None:
    connection.info["changes"] = write.changes = []
    write.error = None
    try:
        with connection.begin_nested():
            write.value = write.fn(connection)
    except (OperationalError, IntegrityError):
        raise
    except (FootfallError, Exception) as problem:
        write.error = problem
        write.changes = []
