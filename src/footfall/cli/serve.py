"""``footfall serve``: open the store, say where it is, answer requests until told to stop."""

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import structlog

from footfall.cli.options import database_options
from footfall.errors import ConfigurationError
from footfall.settings import Settings, load, mask_url

log = structlog.get_logger(__name__)

SWITCH_INTERVAL_S = 0.0005
"""How long a Python thread may keep the interpreter while another waits for it.

The writer thread needs it briefly and often; with the default of 5 ms each commit would wait that
long for the event loop (docs/performance.md).
"""

COLLECT_AFTER_OBJECTS = 50_000
"""New objects between two runs of the cycle collector; requests leave hardly any cycles."""


@click.command()
@database_options
@click.option("--host", help="Address to listen on.  [env: FOOTFALL_HOST; default: 127.0.0.1]")
@click.option(
    "--port",
    type=int,
    help="TCP port to listen on; 0: any free one.  [env: FOOTFALL_PORT; default: 8000]",
)
def serve(data: Path | None, database: str | None, host: str | None, port: int | None) -> None:
    """Serve the API until SIGTERM or Ctrl-C.

    The very first start makes a business and a private token and prints them once.
    """
    import uvloop

    from footfall.ops.logs import configure

    settings = load(data=data, database=database, host=host, port=port)
    configure(settings.log_level)
    tune_interpreter()
    uvloop.run(_serve(settings))
    # What was set aside at the start would outlive the modules it is of, and these complain of it.
    gc.unfreeze()


def tune_interpreter() -> None:
    """Set thread switching and the cycle collector for a server; ``bench`` does the same."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    gc.set_threshold(COLLECT_AFTER_OBJECTS, 20, 20)


async def _serve(settings: Settings) -> None:
    from footfall.app import running
    from footfall.listener import Listener, bind

    with contextlib.ExitStack() as held:
        bound = held.enter_context(bind(settings.host, settings.port))
        # Port 0 is whichever was free; people and the lock are told the real one.
        settings = replace(settings, port=bound.getsockname()[1])
        held.enter_context(_alone(settings))
        store, first, link = _open(settings)
        async with running(settings, store) as application:
            listener = Listener(application, settings, lambda: _greet(settings, store, first, link))
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, listener.stop)
            await listener.serve([bound])


def _open(settings: Settings) -> tuple[Any, Any, str | None]:
    """Return the store, what the very first start made, and the link to the first account.

    Raises:
        ConfigurationError: the database cannot be reached, read or written to.
    """
    from sqlalchemy.exc import DBAPIError

    from footfall.app import open_store
    from footfall.ops.first_start import first_link, welcome

    try:
        store = open_store(settings)
        return store, welcome(store), first_link(store, settings.url)
    except (DBAPIError, OSError) as problem:
        reason = str(getattr(problem, "orig", problem)).strip().partition("\n")[0]
        raise ConfigurationError(
            f"The database {mask_url(settings.database_url)} cannot be used ({reason}); "
            "`footfall doctor` looks for the cause."
        ) from problem


@contextlib.contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the lock of the data folder, and of the SQLite file's if that is another.

    Folders made for a start that fails are taken back.
    """
    from footfall.ops.folders import taken_back
    from footfall.ops.lock import hold
    from footfall.store.engine import parse_url

    folders = {settings.data.resolve()}
    url = parse_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        folders.add(Path(str(url.database)).resolve().parent)
    with taken_back(*folders), contextlib.ExitStack() as held:
        for folder in sorted(folders):
            held.enter_context(hold(folder, settings.url))
        yield


def _greet(settings: Settings, store: Any, first: Any, link: str | None) -> None:
    from footfall.cli.greeting import print_greeting

    print_greeting(settings, store, first, link)
