"""Tells from a ``User-Agent`` whether a crawler sent a request.

Called for requests with a public business id only; the answer labels an event and never refuses
one. The list is a maintained package's and is read at the first question, because a server that
only backends talk to should not wait for it.

Source: https://github.com/monperrus/crawler-user-agents.
"""

from functools import lru_cache
from typing import Final

__all__ = ["is_bot", "is_program"]

_REMEMBERED: Final = 4096
_READ_BYTES: Final = 512
"""The patterns are tried one after the other: a longer header would only take longer."""

_CLIENTS: Final = (b"WordPress/", b"okhttp/")
"""On the list, but senders of real visitors' events: shops' plugins (contract 8.3), and the HTTP
library of most Android apps."""


def is_bot(user_agent: bytes | None) -> bool:
    """Tell whether a ``User-Agent`` is a known crawler's or a program's that fetches pages.

    A request without one is not called a bot: apps may send none.

    Cost: a look into a bounded memory; the first time for a value some 20 µs.

    >>> is_bot(b"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")
    True
    """
    return user_agent is not None and _is_bot(user_agent[:_READ_BYTES])


def is_program(user_agent: bytes) -> bool:
    """Tell the same of whoever opens a page: here no program stands for a visitor.

    >>> is_bot(b"okhttp/4.12.0"), is_program(b"okhttp/4.12.0")
    (False, True)
    """
    return _is_program(user_agent[:_READ_BYTES])


@lru_cache(_REMEMBERED)
def _is_bot(user_agent: bytes) -> bool:
    return not user_agent.startswith(_CLIENTS) and _is_program(user_agent)


@lru_cache(_REMEMBERED)
def _is_program(user_agent: bytes) -> bool:
    from crawleruseragents import is_crawler  # type: ignore[import-untyped]

    return bool(is_crawler(user_agent.decode("latin-1")))
