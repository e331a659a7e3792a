"""A started store with the event loop it runs on, for tests that are plain functions.

The loop turns only inside ``run``: what is handed over in one ``run`` without awaiting in between
is one group, and between two calls nothing happens behind the test's back on this side.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, select

from footfall.store import tables
from footfall.store.append import Submission
from footfall.store.store import Store

T = TypeVar("T")

Rows = list[tuple[Any, ...]]


class Running:
    """One store as one process has it; ``close`` at the end."""

    def __init__(self, url: str, **options: Any) -> None:
        self._runner = asyncio.Runner()
        self.store = Store(url, **options)
        self.url = url
        self.run(self.store.start())
        self._is_open = True

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Turn the loop until this is done."""
        return self._runner.run(coroutine)

    def read(self, fn: Callable[[Connection], T]) -> T:
        return self.run(self.store.read(fn))

    def write(self, fn: Callable[[Connection], T]) -> T:
        return self.run(self.store.write(fn))

    def append(self, *submissions: Submission) -> None:
        """Store submissions as one group."""

        async def together() -> None:
            await asyncio.gather(*(self.store.append(each) for each in submissions))

        self.run(together())

    def rows(self, query: Select[Any]) -> Rows:
        """Return the rows of a query, asked on another connection than the writer's."""
        return self.read(lambda connection: [tuple(row) for row in connection.execute(query)])

    def contents(self) -> dict[str, Rows]:
        """Return every row of every table."""
        return {
            table.name: sorted(self.rows(select(table)), key=repr)
            for table in tables.metadata.sorted_tables
        }

    @property
    def commits(self) -> int:
        """How many groups the writer has finished."""
        return sum(self.store.writer.stats.sizes.counts)

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            self.run(self.store.close())
            self._runner.close()


async def settled(*awaitables: Awaitable[Any]) -> list[Any]:
    """Await all at once and return what each returned or raised."""
    return list(await asyncio.gather(*awaitables, return_exceptions=True))


@contextlib.contextmanager
def running(url: str, **options: Any) -> Iterator[Running]:
    """A started store, closed at the end."""
    started = Running(url, **options)
    try:
        yield started
    finally:
        started.close()
