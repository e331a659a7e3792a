"""Opens the installation's lake for one command, beside a server or without one."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from footfall.cli.database import Database, database_of
from footfall.domain.public_ids import Kind
from footfall.errors import ConfigurationError
from footfall.settings import Settings

if TYPE_CHECKING:
    from footfall.lake.lake import Lake
    from footfall.store.businesses import Business
    from footfall.store.engine import Engines


@contextmanager
def lake_of(settings: Settings) -> Iterator["Lake"]:
    """Open the lake of an installation whose database is there."""
    from footfall.lake.lake import Lake

    with _warnings_only():
        lake = Lake(settings)
        try:
            yield lake
        finally:
            lake.close()


@contextmanager
def _warnings_only() -> Iterator[None]:
    """Log on standard error what may need somebody: a command's answer is on standard output."""
    import structlog

    before = structlog.get_config()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        yield
    finally:
        structlog.configure(**before)


@contextmanager
def fresh_lake(settings: Settings, business: str | None) -> Iterator[tuple["Lake", int]]:
    """Open a lake that has everything stored by now, and choose a business.

    Args:
        business: public id; ``None``: the only one there is.

    Raises:
        ConfigurationError: there is none of that id, or several to choose from.
    """
    with database_of(settings) as opened:
        business_id = choose_business(opened, business).id
    with lake_of(settings) as lake:
        lake.archive()
        yield lake, business_id


def bring_along(settings: Settings) -> None:
    """Have a lake that exists follow what was just erased or wiped in the store."""
    if has_lake(settings):
        with lake_of(settings) as lake:
            lake.archive()


def has_lake(settings: Settings) -> bool:
    """Tell whether there may be a lake; one in an object store always may be there."""
    from footfall.lake.place import place_of

    place = place_of(settings)
    return "://" in place or Path(place).exists()


def needs_lake(engines: "Engines") -> bool:
    """Tell whether a lake alone has events of a database."""
    from footfall.store import released

    with engines.read.begin() as connection:
        return released.standing(connection).last_id > 0


def choose_business(opened: Database, public_id: str | None) -> "Business":
    """Return the business of a public id; without one the only one there is.

    Raises:
        ConfigurationError: there is none of that id, or several to choose from.
    """
    from footfall.store import businesses

    with opened.engines.read.connect() as connection:
        if public_id is not None:
            found = businesses.find(connection, opened.row_id(Kind.BUSINESS, public_id))
            if found is None:
                raise ConfigurationError(
                    f"There is no business {public_id!r}; `footfall business list` shows those "
                    "there are."
                )
            return found
        live = businesses.all_of(connection)
    if len(live) != 1:
        raise ConfigurationError(
            f"There are {len(live)} businesses; name one with --business "
            "(`footfall business list`)."
        )
    return live[0]
