"""A token's query → its answer, run in a process of its own over the views of one business.

A few run at a time and the others wait; none can hold up the server, whose event loop only waits
for the process, and ends it when its time is over. Once somebody has asked, a process with
everything loaded stands ready for the next query, because loading takes longer than most queries.
"""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from footfall.errors import Invalid, Refused, Unavailable, refuse
from footfall.lake.columns import TABLES
from footfall.lake.late import Late
from footfall.lake.sandbox import Answer, Request
from footfall.settings import Settings

if TYPE_CHECKING:
    from footfall.lake.lake import Lake

log = structlog.get_logger(__name__)

AT_ONCE: Final = 2
WAITING_MAX: Final = 20
_ATTEMPTS: Final = 3
_KEPT: Final = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH")
"""Variables of the environment that the process sees: none of them tells a secret."""


class Runner:
    """Runs queries of tokens, for one server."""

    def __init__(self, lake: Late, settings: Settings) -> None:
        self._lake = lake
        self._settings = settings
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._ready: asyncio.Task[Process] | None = None

    async def close(self) -> None:
        """End the process that stands ready."""
        ready, self._ready = self._ready, None
        if ready is not None:
            process = await ready
            await _end(process)

    async def run(self, business_id: int, query: str, *, as_csv: bool = False) -> Answer:
        """Return the answer of a query over everything of a business that is stored by now.

        Raises:
            Refused: 422, it is not to be run, cannot be, or takes too much; 503, too many wait.
        """
        if self._waiting >= WAITING_MAX:
            raise Refused([Unavailable("Too many queries are waiting; try again shortly.")])
        self._waiting += 1
        try:
            async with self._turns:
                lake = await self._lake.opened()
                await lake.fresh()
                return await self._attempt(lake, business_id, query, as_csv=as_csv)
        finally:
            self._waiting -= 1

    async def _attempt(self, lake: "Lake", business_id: int, query: str, *, as_csv: bool) -> Answer:
        for _ in range(_ATTEMPTS):
            files, views = await lake.pinned(business_id)
            request = Request(
                query=query,
                views=views,
                names=list(TABLES),
                files=files,
                rows_max=self._settings.sql_rows_max,
                memory_max_bytes=self._settings.sql_memory_max_bytes,
                cpu_max_s=self._settings.sql_timeout_s + 1,
                as_csv=as_csv,
            )
            answer = await self._ask(request)
            if not answer.is_stale:
                break
        if answer.error:
            raise refuse(Invalid(answer.error, "query"))
        return answer

    async def _ask(self, request: Request) -> Answer:
        ready, self._ready = self._ready, None
        process = await ready if ready is not None else await _start()
        if process.returncode is not None:
            # Somebody ended it while it stood ready.
            process = await _start()
        self._ready = asyncio.create_task(_start())
        seconds = self._settings.sql_timeout_s
        try:
            async with asyncio.timeout(seconds):
                told, said = await process.communicate(msgspec.json.encode(request))
        except TimeoutError:
            raise refuse(
                Invalid(f"It takes longer than the {seconds} s it may; read less at once.", "query")
            ) from None
        finally:
            await _end(process)
        if process.returncode != 0:
            log.warning("sql_died", status=process.returncode, said=said.decode()[-500:])
            raise refuse(
                Invalid("It takes more memory or time than it may; read less at once.", "query")
            )
        return msgspec.json.decode(told, type=Answer)


async def _start() -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-m",
        "footfall.lake.sandbox",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_environment(),
        cwd="/",
    )


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.communicate()


def _environment() -> Mapping[str, str]:
    return {name: os.environ[name] for name in _KEPT if name in os.environ}
