"""The process that a token's query runs in: ``python -m footfall.lake.sandbox``.

It reads one request from standard input and writes one answer to standard output. Whatever a query
does to it, the server goes on: its memory and processor time are bounded by the operating system,
it can write no file, and it knows the files of one business only. Called by ``sql``, never by hand.
"""

import base64
import csv
import io
import math
import os
import resource
import sys
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from os.path import isfile
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec

from footfall.lake.allowed import objection

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ANSWER_MAX_BYTES: Final = 32 << 20
"""Rows beyond this are left out, like those beyond the number of rows."""

_OWN_BYTES: Final = 3 << 30
"""Address space of the interpreter, the library and its threads, beside the query's memory."""

_ROWS_AT_ONCE: Final = 500
_INTEGER_MAX: Final = 1 << 63


class Request(msgspec.Struct):
    """What is to be run, over which views, within which limits.

    Attributes:
        views: statements that make the views; ``names`` are what they make.
        files: the only files there are.
        as_csv: the answer is CSV text in place of rows.
    """

    query: str
    views: list[str]
    names: list[str]
    files: list[str]
    rows_max: int
    memory_max_bytes: int
    cpu_max_s: int
    threads: int = 1
    as_csv: bool = False


class Answer(msgspec.Struct, omit_defaults=True):
    """What came of it: an ``error`` in words, or columns and rows.

    Attributes:
        is_stale: a file was gone; the views have to be made anew.
    """

    error: str = ""
    is_stale: bool = False
    columns: list[tuple[str, str]] = []
    rows: list[msgspec.Raw] = []
    csv: str = ""
    truncated: bool = False


def main() -> None:
    """Load everything, then answer the one request; without one there is nothing to do."""
    import duckdb  # noqa: F401  # while nobody waits for it

    told = sys.stdin.buffer.read()
    if not told:
        return
    request = msgspec.json.decode(told, type=Request)
    _bound(request)
    sys.stdout.buffer.write(msgspec.json.encode(_answer(request)))


def _bound(request: Request) -> None:
    """Give up what a query has no use for."""
    os.nice(10)
    most = request.memory_max_bytes + _OWN_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (request.cpu_max_s, request.cpu_max_s))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(request: Request) -> Answer:
    from duckdb import Error, IOException, connect

    options: dict[str, Any] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "python_enable_replacements": False,
        "memory_limit": f"{request.memory_max_bytes}B",
        "threads": request.threads,
        "temp_directory": "",
    }
    with connect(config=options) as connection:
        try:
            for statement in request.views:
                connection.execute(statement)
            close(connection, request.files)
            problem = objection(connection, request.query, frozenset(request.names))
            if problem is not None:
                return Answer(error=problem)
            connection.execute(request.query)
            return _rows(connection, request)
        except Error as problem:
            is_stale = isinstance(problem, IOException) and not all(map(isfile, request.files))
            return Answer(error=_in_words(problem, request), is_stale=is_stale)
        except MemoryError:
            return Answer(error=_too_much(request))


def close(connection: "DuckDBPyConnection", files: list[str]) -> None:
    """Shut a connection off from everything but some files, for good."""
    listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    connection.execute(f"set allowed_paths = [{listed}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def _rows(connection: "DuckDBPyConnection", request: Request) -> Answer:
    columns = [(each[0], str(each[1])) for each in connection.description]
    answer = Answer(columns=columns)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([name for name, _ in columns])
    encode = msgspec.json.Encoder().encode
    size = 0
    while not answer.truncated and (rows := connection.fetchmany(_ROWS_AT_ONCE)):
        for row in rows:
            values = [plain(value) for value in row]
            encoded = encode(values)
            size += len(encoded)
            if len(answer.rows) == request.rows_max or size > ANSWER_MAX_BYTES:
                answer.truncated = True
                break
            answer.rows.append(msgspec.Raw(encoded))
            if request.as_csv:
                writer.writerow([_cell(value) for value in values])
    if request.as_csv:
        answer.rows, answer.csv = [], text.getvalue()
    return answer


def plain(value: Any) -> Any:
    """Return a value as JSON can say it: what it has no form for becomes text, NaN null."""
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if -_INTEGER_MAX <= value < _INTEGER_MAX else str(value)
        case float():
            return value if math.isfinite(value) else None
        case datetime() | date() | time():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode()
        case list() | tuple():
            return [plain(each) for each in value]
        case dict():
            return {str(name): plain(each) for name, each in value.items()}
        case Decimal() | UUID() | timedelta():
            return str(value)
        case _:
            return str(value)


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return msgspec.json.encode(value).decode() if isinstance(value, list | dict) else value


def _in_words(problem: Exception, request: Request) -> str:
    from duckdb import OutOfMemoryException

    if isinstance(problem, OutOfMemoryException):
        return _too_much(request)
    return str(problem).strip()


def _too_much(request: Request) -> str:
    megabytes = request.memory_max_bytes >> 20
    return f"It needs more than the {megabytes} MiB of memory it may have; read less at once."


if __name__ == "__main__":
    main()
