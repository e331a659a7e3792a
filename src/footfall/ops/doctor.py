"""Looks at an installation from outside: what is fine, what is not, and what to do about it.

Called by ``footfall doctor``, also beside a running server. It reads and changes nothing: no folder
is made, no database created or migrated.
"""

from collections.abc import Callable, Iterator

from footfall.ops.check import Check
from footfall.ops.doctor_database import check_database
from footfall.ops.doctor_host import check_host, database_file
from footfall.ops.doctor_lake import check_lake
from footfall.settings import Settings
from footfall.store.engine import open_engines


def examine(settings: Settings, watch: Callable[[str], None]) -> Iterator[Check]:
    """Yield every check, the machine's first; ``watch`` is told what takes time.

    Raises:
        ConfigurationError: the database URL cannot be read.
    """
    yield from check_host(settings)
    file = database_file(settings)
    if file is not None and not file.exists():
        return
    engines = open_engines(settings.database_url)
    try:
        is_whole = True
        for check in check_database(engines, watch):
            is_whole = is_whole and (check.name != "database" or check.state == "ok")
            yield check
    finally:
        engines.dispose()
    if is_whole:
        yield from check_lake(settings, watch)
