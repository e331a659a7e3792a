"""TCP connections → calls of the application: uvicorn, with the bounds it leaves to us.

uvicorn hands a request over whatever its sender does after the last byte; servers that look for a
hang-up first lose what was sent whole (docs/decisions.md). ``server`` listens, ``connection``
bounds each connection, ``at_once`` hands small requests over without a task of their own.
"""

from footfall.listener.connection import HEAD_MAX_BYTES, HEAD_MAX_S, IDLE_MAX_S, PAUSE_MAX_S
from footfall.listener.server import Listener, bind, cannot_listen

__all__ = [
    "HEAD_MAX_BYTES",
    "HEAD_MAX_S",
    "IDLE_MAX_S",
    "PAUSE_MAX_S",
    "Listener",
    "bind",
    "cannot_listen",
]
