"""Takes a small body at once, before anything is waited for.

A sender may hang up as soon as its last byte is out; some always do. What arrived whole is carried
through all the same (contract 2.1), but a server tells of the hang-up in place of a body that
nobody has taken by then.
"""

from typing import Final

from footfall.ingest.wire import HeaderMap, Message, Receive

SMALL_BYTES: Final = 65_536
"""A body up to here is taken from whoever sends it; a larger one only from whom it is welcome."""


async def at_hand(receive: Receive, headers: HeaderMap) -> Receive:
    """Return what gives the same messages, those of a small body already here."""
    length = headers.get(b"content-length", b"")
    if not length.isdigit() or int(length) > SMALL_BYTES:
        return receive
    message = await receive()
    taken = [message]
    while message.get("more_body"):
        message = await receive()
        taken.append(message)

    async def given() -> Message:
        return taken.pop(0) if taken else await receive()

    return given
