"""``GET /v1/ledger``: per token and hour, received = stored + duplicate + rejected.

An entry's id is its token and its hour; it has no row number, so it pages by those two. What came
without a token has ``public`` in its place.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from litestar import get
from msgspec import Meta, Struct
from sqlalchemy import Connection

from footfall.api import paging
from footfall.api.answers import Listing
from footfall.api.call import Call
from footfall.api.endpoint import Endpoint, bound
from footfall.api.parameters import read_time
from footfall.domain.public_ids import Kind
from footfall.domain.times import SECOND, iso_utc, unix_seconds
from footfall.errors import Fault, Refused
from footfall.store import ledger
from footfall.store.ledger import Entry
from footfall.store.pages import unknown_bound

_TEXT: Final[dict[str, Any]] = {"type": "string"}
QUERY: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "since": (_TEXT, "Only hours that begin then or later, in any form that `tracked_at` takes."),
    "until": (_TEXT, "Only hours that begin before then."),
    **paging.QUERY,
}
_PUBLIC: Final = "public"
_ID: Final = re.compile(r"(?P<token>\w{8}|public)-(?P<hour>\d{1,12})", re.ASCII)


class LedgerEntry(Struct, kw_only=True):
    """What was sent in one hour with a token, or without any, and what became of it."""

    id: str
    type: Literal["ledger_entry"] = "ledger_entry"
    token: Annotated[
        str | None,
        Meta(description="Null for what came with the public id or from the server itself."),
    ]
    hour: Annotated[str, Meta(description="The hour's beginning in UTC, ISO 8601.")]
    received: Annotated[int, Meta(description="Events that arrived: the sum of the other three.")]
    stored: int
    duplicate: int
    rejected: int


@get(
    "/ledger",
    **bound(
        Endpoint(
            "List the ledger",
            answer=Listing[LedgerEntry],
            description="Newest hour first.",
            errors=(422,),
            query=QUERY,
            answer_example={
                "data": [
                    {
                        "id": "BvYeyVYz-1665684000",
                        "type": "ledger_entry",
                        "token": "BvYeyVYz",
                        "hour": "2022-10-13T18:00:00Z",
                        "received": 1200,
                        "stored": 1180,
                        "duplicate": 15,
                        "rejected": 5,
                    }
                ],
                "has_more": False,
            },
        )
    ),
)
async def list_ledger(call: Call) -> Listing[LedgerEntry]:
    """Answer a page of the ledger."""
    entries, has_more = await call.store.read(lambda connection: _page(connection, call))
    return Listing([_render(call, entry) for entry in entries], has_more)


def _page(connection: Connection, call: Call) -> tuple[list[Entry], bool]:
    faults: list[Fault] = []
    hours = (read_time(call.query, "since", faults), read_time(call.query, "until", faults))
    limit = paging.read_limit(call.query, faults)
    places = dict(
        zip((paging.AFTER, paging.BEFORE), paging.read_places(call.query, faults), strict=True)
    )
    found = {name: _place(connection, call, places, name, faults) for name in places}
    if faults:
        raise Refused(faults)
    return ledger.page(
        connection,
        call.business_id,
        hours,
        limit,
        after=found[paging.AFTER],
        before=found[paging.BEFORE],
    )


def _place(
    connection: Connection,
    call: Call,
    places: Mapping[str, str | None],
    name: str,
    faults: list[Fault],
) -> Entry | None:
    text = places[name]
    if text is None:
        return None
    match = _ID.fullmatch(text)
    token_id = _token_row(call, match["token"]) if match else None
    if match and token_id is not None:
        hour_at = int(match["hour"]) * SECOND
        entry = ledger.find(connection, call.business_id, token_id, hour_at)
        if entry is not None:
            return entry
    faults.append(unknown_bound(name))
    return None


def _token_row(call: Call, text: str) -> int | None:
    return ledger.NO_TOKEN if text == _PUBLIC else call.decode(Kind.TOKEN, text)


def _render(call: Call, entry: Entry) -> LedgerEntry:
    token = None if entry.token_id == ledger.NO_TOKEN else call.encode(Kind.TOKEN, entry.token_id)
    return LedgerEntry(
        id=f"{token or _PUBLIC}-{unix_seconds(entry.hour_at)}",
        token=token,
        hour=iso_utc(entry.hour_at),
        received=entry.received,
        stored=entry.stored,
        duplicate=entry.duplicate,
        rejected=entry.rejected,
    )


HANDLERS: Final = (list_ledger,)
