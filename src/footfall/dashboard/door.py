"""What a login costs: quotas for guesses, and hashing one password at a time.

One process counts for itself, in memory. Whether there is such a member changes neither the answer
nor how long it takes.
"""

import asyncio
from typing import Final

from footfall.dashboard.gate import Request
from footfall.domain import passwords
from footfall.ingest.limits import Clients, Quota
from footfall.settings import Settings

ADDRESS_PER_MINUTE: Final = 20
ACCOUNT_PER_MINUTE: Final = 10
_FORWARDED_LENGTH: Final = 256


class Door:
    """Stands between forms that carry a password and the store."""

    def __init__(self, settings: Settings) -> None:
        self._clients = Clients(settings.trusted_proxies)
        self._addresses = Quota("address", ADDRESS_PER_MINUTE)
        self._accounts = Quota("login", ACCOUNT_PER_MINUTE)
        # Each takes 19 MiB for its time: a crowd at the door must not cost the server its memory.
        self._one_at_a_time = asyncio.Lock()

    def take(self, request: Request, email: str) -> None:
        """Count a guess.

        Raises:
            Refused: 429, there were too many of this address or for this account.
        """
        peer = request.client.host if request.client else ""
        forwarded = request.headers.get("x-forwarded-for", "")[-_FORWARDED_LENGTH:]
        self._addresses.take(self._clients.find(peer, forwarded.encode("latin-1", "replace")))
        self._accounts.take(email)

    async def matches(self, kept: str | None, password: str) -> bool:
        """Tell whether a password is the kept one; ``None`` takes as long and fails."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(passwords.matches, kept, password)

    async def hashed(self, password: str) -> str:
        """Return the text to keep of a password."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(passwords.hashed, password)
