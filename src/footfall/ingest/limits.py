"""How many requests a client may send: quotas per address, per public id and per private token.

One process counts for itself, in memory. A quota of 0 is none. Each is a leaky bucket kept as one
number per key (GCRA): the time at which the bucket would be empty. A whole window's quota may come
at once; after that one request for each share of the window.

Source: ITU-T I.371 (generic cell rate algorithm).
"""

import time
from collections.abc import Callable, Hashable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from math import ceil
from typing import Final

from footfall.errors import ConfigurationError, RateLimited, refuse
from footfall.ingest.wire import HeaderMap
from footfall.settings import Settings
from footfall.store.facts import Caller

WINDOW_S: Final = 60
KEYS_MAX: Final = 65_536
_ADDRESSES_REMEMBERED: Final = 4096
_FORWARDED_BYTES: Final = 256
"""Enough of the end of ``X-Forwarded-For``; what stands before it a client may have written."""

_WHOSE: Final = {
    "address": "from this address",
    "business": "with this business's public id",
    "token": "with this token",
    "login": "to log in to this account",
}

_PRIVATE: Final = b" ALK_"

Network = IPv4Network | IPv6Network


class Quota:
    """One quota: ``per_minute`` requests for each key.

    Args:
        policy: its name in answers.
        keys_max: keys remembered; when there are more, the oldest begin afresh.
        clock: seconds, only ever forward.
    """

    def __init__(
        self,
        policy: str,
        per_minute: int,
        *,
        keys_max: int = KEYS_MAX,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._policy = policy
        self._per_minute = per_minute
        self._share_s = WINDOW_S / per_minute if per_minute else 0.0
        self._keys_max = keys_max
        self._clock = clock
        # Who was not heard for a window has a full quota: two windows' keys are all there is.
        self._empty_at: dict[Hashable, float] = {}
        self._before: dict[Hashable, float] = {}
        self._turned_at = clock()

    def __len__(self) -> int:
        return len(self._empty_at) + len(self._before)

    @property
    def is_set(self) -> bool:
        return self._per_minute > 0

    def take(self, key: Hashable) -> None:
        """Count a request.

        Raises:
            Refused: 429, it is one too many; it does not count.
        """
        now = self._clock()
        if now - self._turned_at > WINDOW_S or len(self._empty_at) >= self._keys_max:
            self._before, self._empty_at, self._turned_at = self._empty_at, {}, now
        empty_at = self._empty_at.get(key) or self._before.get(key, now)
        empty_at = max(empty_at, now) + self._share_s
        # What a float loses in a minute of shares must not cost the last request.
        wait_s = empty_at - now - WINDOW_S
        if wait_s > 1e-6:
            raise refuse(self._too_many(max(1, ceil(wait_s))))
        self._empty_at[key] = empty_at

    def _too_many(self, wait_s: int) -> RateLimited:
        return RateLimited(
            f"There were more than {self._per_minute} requests in a minute "
            f"{_WHOSE[self._policy]}; send it again in {wait_s} s, and fewer at once.",
            policy=self._policy,
            quota=self._per_minute,
            window_s=WINDOW_S,
            retry_after_s=wait_s,
        )


class Limits:
    """The quotas of a process.

    Raises:
        ConfigurationError: the trusted proxies are no addresses.
    """

    def __init__(self, settings: Settings) -> None:
        self._addresses = Quota("address", settings.rate_address_per_minute)
        self._businesses = Quota("business", settings.rate_business_per_minute)
        self._tokens = Quota("token", settings.rate_token_per_minute)
        client_of = Clients(settings.trusted_proxies).find
        self._client_of = lru_cache(_ADDRESSES_REMEMBERED)(client_of)
        self._are_callers_limited = self._businesses.is_set or self._tokens.is_set

    def take_address(self, peer: tuple[str, int] | None, headers: HeaderMap) -> None:
        """Count a request to an endpoint for browsers; a private token's does not count here.

        Raises:
            Refused: 429.
        """
        if not self._addresses.is_set or _PRIVATE in headers.get(b"authorization", b""):
            return
        forwarded = headers.get(b"x-forwarded-for", b"")[-_FORWARDED_BYTES:]
        client = self._client_of(peer[0] if peer else "", forwarded)
        if client is not None:
            self._addresses.take(client)

    def take_caller(self, caller: Caller) -> None:
        """Count a request of somebody who is known.

        Raises:
            Refused: 429.
        """
        if not self._are_callers_limited:
            return
        if caller.token_id is not None:
            if self._tokens.is_set:
                self._tokens.take(caller.token_id)
        elif self._businesses.is_set:
            self._businesses.take(caller.business_id)


class Clients:
    """Tells whose address a request came from, behind proxies too.

    Args:
        trusted: networks whose ``X-Forwarded-For`` is believed, separated by commas or spaces.
    """

    def __init__(self, trusted: str) -> None:
        try:
            self._trusted: list[Network] = [
                ip_network(text) for text in trusted.replace(",", " ").split()
            ]
        except ValueError as problem:
            raise ConfigurationError(
                f"FOOTFALL_TRUSTED_PROXIES cannot be read ({problem}); give addresses or networks "
                "such as 10.0.0.0/8, separated by commas."
            ) from None

    def find(self, peer: str, forwarded: bytes) -> str | None:
        """Return what the sender is counted under; ``None``: a proxy of ours and nobody else.

        Proxies add to the right. An IPv6 host has its whole /64, so that is what counts.
        """
        hops = [peer, *reversed(forwarded.decode("latin-1").split(","))]
        for hop in hops:
            text = _without_port(hop.strip())
            if not text:
                continue
            try:
                address = ip_address(text)
            except ValueError:
                # A proxy that hides its clients; they share one quota.
                return text[:64]
            if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
                address = address.ipv4_mapped
            if any(address in network for network in self._trusted):
                continue
            if isinstance(address, IPv6Address):
                return str(ip_network((int(address) >> 64 << 64, 64)))
            return str(address)
        return None


def _without_port(text: str) -> str:
    if text.startswith("["):
        return text[1:].partition("]")[0]
    host, colon, _ = text.partition(":")
    return host if colon and ":" not in text[len(host) + 1 :] else text
