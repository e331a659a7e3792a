"""A request → ``Call``: who asks, what was told, and the store to ask.

Every handler takes a ``call``. Before it runs, the request has been authenticated as its
``Endpoint`` says and its body and query have been read strictly; handlers never see bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

from litestar import Request

from footfall.api.endpoint import Endpoint
from footfall.api.forms import FORM_TYPE, decode_form
from footfall.api.parameters import read_query
from footfall.domain.bots import is_bot
from footfall.domain.public_ids import Kind
from footfall.errors import Fault, MalformedRequest, Refused, UnknownResource, refuse
from footfall.ingest import refuse as records
from footfall.ingest.authenticate import (
    authenticate,
    authenticate_itself,
    authenticate_public,
    check_origin,
    lacks_scope,
    public_credential,
)
from footfall.ingest.brackets import unfold
from footfall.ingest.decode import decode, split_lines
from footfall.ingest.limits import Limits
from footfall.ingest.wire import (
    HeaderMap,
    Receive,
    check_content_type,
    read_body,
    refuse_parameters,
)
from footfall.lake.late import Late
from footfall.lake.sql import Runner
from footfall.settings import Settings
from footfall.store.facts import Caller
from footfall.store.store import Store

TRACE: Final = "footfall_trace"
"""Where a request's scope keeps its ``Trace``."""


class Encoder(Protocol):
    """Knows the public ids of rows; all that showing a row needs of a call."""

    def encode(self, kind: Kind, row_id: int) -> str:
        """Return the public id of a row."""


@dataclass(slots=True)
class Trace:
    """What is known of a request so far, for the record should it be refused."""

    request: records.Request
    caller: Caller | None = None
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that is authenticated and read.

    Attributes:
        query: parameters of the query string by name.
        told: the body, bracket keys nested; empty where an endpoint takes none.
        received_at: microseconds UTC.
        request: what a refusal of it says of it.
        is_bot: it came with a public id, and from what calls itself a crawler.
    """

    settings: Settings
    store: Store
    lake: Late
    sql: Runner
    caller: Caller
    query: dict[str, str]
    told: dict[str, Any]
    received_at: int
    request: records.Request
    is_bot: bool = False

    @property
    def business_id(self) -> int:
        return self.caller.business_id

    def encode(self, kind: Kind, row_id: int) -> str:
        """Return the public id of a row."""
        return self.store.public_ids[kind].encode(row_id)

    def decode(self, kind: Kind, text: str) -> int | None:
        """Return the row number a public id would name."""
        return self.store.public_ids[kind].decode(text)

    def row(self, kind: Kind, text: str) -> int:
        """Return the row number in a path.

        Raises:
            Refused: 404, it is no id at all.
        """
        row_id = self.decode(kind, text)
        if row_id is None:
            raise absent(kind)
        return row_id


def absent(kind: Kind, noun: str | None = None) -> Refused:
    """Return the refusal of a path that names nothing in this business.

    Args:
        noun: what an object would have been, where its id does not say.
    """
    noun = noun or kind.name.lower()
    return refuse(UnknownResource(f"There is no {noun} with this id in this business.", "id"))


def raise_any(faults: Sequence[Fault]) -> None:
    """Refuse the request if anything is wrong with it."""
    if faults:
        raise Refused(faults)


class Reception:
    """Opens calls; its ``open`` is the dependency ``call`` of every handler."""

    def __init__(
        self, store: Store, settings: Settings, limits: Limits, lake: Late, sql: Runner
    ) -> None:
        self._store = store
        self._lake = lake
        self._sql = sql
        self._settings = settings
        self._limits = limits

    async def open(self, request: Request[Any, Any, Any]) -> Call:
        """Return the call of a request.

        Raises:
            Refused: 401, 403 or 429, or its path, query or body cannot be read.
            CallerGone: its body ended early.
        """
        trace: Trace = request.scope["state"][TRACE]
        headers = dict(request.scope["headers"])
        endpoint: Endpoint = request.route_handler.opt["endpoint"]
        trace.caller = await self._caller(endpoint, headers, request)
        if endpoint.credential == "public":
            check_origin(trace.caller, headers.get(b"origin"))
        self._limits.take_caller(trace.caller)
        _check_scope(trace.caller, endpoint)
        _check_path(request.scope["path"])
        query = read_query(request.scope["query_string"])
        _check_query(query, endpoint)
        told: dict[str, Any] = {}
        if request.method in ("POST", "PATCH"):
            settings = self._settings
            is_large = bool(endpoint.many)
            limit = settings.batch_size_max_bytes if is_large else settings.event_size_max_bytes
            trace.body = await read_body(cast(Receive, request.receive), headers, limit)
            told = _read(trace.body, headers, endpoint)
        sent = trace.request
        caller = trace.caller
        is_public = endpoint.credential == "public" and caller.token_id is None
        by_bot = is_public and is_bot(headers.get(b"user-agent"))
        return Call(
            self._settings,
            self._store,
            self._lake,
            self._sql,
            caller,
            query,
            told,
            sent.received_at,
            sent,
            by_bot,
        )

    async def _caller(
        self, endpoint: Endpoint, headers: HeaderMap, request: Request[Any, Any, Any]
    ) -> Caller:
        header = headers.get(b"authorization")
        if endpoint.credential != "public":
            return await authenticate(self._store, header, scope=None)
        header = public_credential(header, request.scope["query_string"])
        if "business" in request.path_params:
            named = request.path_params["business"]
            return await authenticate_itself(self._store, header, named)
        return await authenticate_public(self._store, header)


def _check_scope(caller: Caller, endpoint: Endpoint) -> None:
    if endpoint.credential == "private" and not any(
        caller.may(scope) for scope in (endpoint.scope, *endpoint.also)
    ):
        raise lacks_scope(endpoint.scope)


def _check_path(path: str) -> None:
    """Refuse what no name contains and not every database can be asked for."""
    if "\0" in path or not path.isprintable():
        raise refuse(UnknownResource("There is nothing at this path; it has control characters."))


def _check_query(query: Mapping[str, str], endpoint: Endpoint) -> None:
    """Refuse what the endpoint would ignore; to public ones pages append what they like."""
    known = (*endpoint.query, *endpoint.query_also)
    unknown = [name for name in query if name not in known]
    if unknown and endpoint.credential == "private":
        refuse_parameters(unknown, known)


def _read(body: bytes, headers: HeaderMap, endpoint: Endpoint) -> dict[str, Any]:
    if not body and endpoint.body is None:
        return {}
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if kind.decode("latin-1") == FORM_TYPE:
        return decode_form(body)
    is_public = endpoint.credential == "public"
    if check_content_type(headers, is_batch=bool(endpoint.many), is_public=is_public):
        return {endpoint.many: [_read_line(line) for line in split_lines(body)]}
    told = decode(body)
    if type(told) is not dict:
        raise refuse(MalformedRequest("The body must be a JSON object: {…}."))
    return unfold(told.items()) if any("[" in key for key in told) else told


def _read_line(line: bytes) -> Any:
    """Return a line of NDJSON; one that cannot be read is its text, which is no object either."""
    try:
        return decode(line)
    except Refused:
        return line.decode(errors="replace")
