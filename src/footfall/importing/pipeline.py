"""Runs pieces of work side by side, a bounded number at a time, and hands results out in order.

Used by ``transfer`` for profiles and for events. It knows nothing of either.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from typing import Any, Final, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

GRACE_S: Final = 10.0
"""How long work under way is waited for once a stop is asked for."""


async def in_order(
    jobs: Iterator[Job],
    work: Callable[[Job], Coroutine[Any, Any, Result]],
    width: int,
    stop: asyncio.Event,
) -> AsyncGenerator[tuple[Job, Result], None]:
    """Yield every job with its result, in the order of the jobs.

    Once ``stop`` is set no job is begun; those under way are waited for, and what does not end
    in time is cancelled and not yielded. An exception of ``work`` is raised at its job's turn.

    Args:
        jobs: drawn from only when there is room, so that memory is bounded by ``width``.
        width: jobs under way or waiting for their turn, at most.
    """
    under_way: deque[tuple[Job, asyncio.Task[Result]]] = deque()
    stopped = asyncio.create_task(stop.wait())
    try:
        while True:
            while len(under_way) < width and not stop.is_set():
                job = next(jobs, None)
                if job is None:
                    break
                under_way.append((job, asyncio.create_task(work(job))))
                await asyncio.sleep(0)  # lets the work begin before the next job is prepared
            if not under_way:
                return
            job, task = under_way[0]
            await asyncio.wait((task, stopped), return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                await asyncio.wait((task,), timeout=GRACE_S)
            if not task.done():
                return
            under_way.popleft()
            yield job, task.result()
    finally:
        stopped.cancel()
        for _, task in under_way:
            task.cancel()
        await asyncio.gather(stopped, *(task for _, task in under_way), return_exceptions=True)
