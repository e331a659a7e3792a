"""The lake of a server, opened when somebody first asks something of it.

What reads it takes some 60 MB once it is loaded, and most hours nobody asks.
"""

import asyncio
import threading
from typing import TYPE_CHECKING

from footfall.settings import Settings

if TYPE_CHECKING:
    from footfall.lake.lake import Lake


class Late:
    """A lake that may not be open yet."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._mutex = threading.Lock()
        self._lake: Lake | None = None

    async def opened(self) -> "Lake":
        """Return the lake."""
        if self._lake is not None:
            return self._lake
        return await asyncio.to_thread(self._open)

    def close(self) -> None:
        """Let go of it, if anybody asked."""
        if self._lake is not None:
            self._lake.close()

    def _open(self) -> "Lake":
        from footfall.lake.lake import Lake

        with self._mutex:
            if self._lake is None:
                self._lake = Lake(self._settings)
        return self._lake
