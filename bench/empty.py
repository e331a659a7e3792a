"""The empty handler: the fastest a POST can be answered on the server that Footfall runs on.

Run as a process by ``process.empty``. Same listener, event loop and interpreter settings as
``footfall serve``; it looks at nothing and answers what Footfall answers. It takes the body in;
with the argument ``unread`` it does not, which shows what taking a body in costs by itself.
"""

import asyncio
import gc
import signal
import sys
from typing import Any

import uvloop

from footfall.cli.serve import tune_interpreter
from footfall.listener import Listener, bind
from footfall.settings import load

_HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"14")]
_BODY = b'{"state":"ok"}'


async def _answer(_: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    await _answer_unread(_, receive, send)


async def _answer_unread(_: Any, __: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 201, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": _BODY})


async def _serve(*, reads_body: bool) -> None:
    handler = _answer if reads_body else _answer_unread
    settings = load()
    with bind(settings.host, settings.port) as bound:
        server = Listener(handler, settings, lambda: None)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, server.stop)
        gc.collect()
        gc.freeze()
        await server.serve([bound])


if __name__ == "__main__":
    tune_interpreter()
    uvloop.run(_serve(reads_body="unread" not in sys.argv))
