"""Calls that have to arrive: kept until Footfall has answered, and made again until then.

The visitor never waits for more than the first attempt. Because an order carries an ``event_id``
and attaching twice is attaching once, a call whose answer was lost can be repeated without harm.

This one lives in memory. A real shop writes the call into a table in the transaction that writes
the order, and has a job send what is in the table.
"""

import asyncio
from collections import deque
from typing import Final

from footfall.demo.api import Exchange, Footfall, Request

FIRST_WAIT_S: Final = 0.25
LONGEST_WAIT_S: Final = 15.0


class Outbox:
    """Calls in the order they were handed over; ``run`` makes those that failed again."""

    def __init__(self, footfall: Footfall) -> None:
        self._footfall = footfall
        self._waiting: deque[Request] = deque()
        self._is_left_over = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    async def send(self, request: Request) -> Exchange:
        """Make a call now and return its answer; without one it is kept and made again."""
        self._waiting.append(request)
        exchange = await self._send_all()
        if exchange is None or exchange.request is not request:
            return Exchange(request, 0, {"problem": "It waits behind others and will be sent."})
        return exchange

    async def run(self) -> None:
        """Make again what got no answer, with growing delays, for ever."""
        wait_s = FIRST_WAIT_S
        while True:
            await self._is_left_over.wait()
            await asyncio.sleep(wait_s)
            await self._send_all()
            wait_s = min(2 * wait_s, LONGEST_WAIT_S) if self._waiting else FIRST_WAIT_S

    async def _send_all(self) -> Exchange | None:
        """Make the calls in order up to the first without an answer; return the last exchange."""
        exchange = None
        async with self._one_at_a_time:
            while self._waiting:
                exchange = await self._footfall.ask(self._waiting[0])
                if not exchange.is_final:
                    break
                self._waiting.popleft()
            if self._waiting:
                self._is_left_over.set()
            else:
                self._is_left_over.clear()
        return exchange
