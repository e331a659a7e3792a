"""Single events again, on PostgreSQL: reported, without targets, because it shares the machine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from bench.run import Run
from bench.sections.single import compare
from tests.postgres import Databases, PostgresServer, PostgresUnavailable


def measure(run: Run) -> None:
    """Compare with the empty handler."""
    try:
        with _database() as url, run.new("on-postgresql", url) as footfall:
            footfall.start()
            loads = run.drive("postgresql", [run.empty, footfall])
            compare("postgresql", run.findings, loads, run.empty, footfall, has_targets=False)
    except PostgresUnavailable as reason:
        run.findings.skipped.append(f"postgresql: {reason}")


@contextmanager
def _database() -> Iterator[str]:
    """Yield the URL of a new database, on the server named in the environment or on a new one."""
    named = os.environ.get("FOOTFALL_TEST_DATABASE")
    if named:
        with Databases(named).fresh() as url:
            yield url
        return
    with PostgresServer() as server, Databases(server.url).fresh() as url:
        yield url
