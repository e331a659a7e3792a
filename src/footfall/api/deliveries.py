"""``/v1/deliveries``: messages that reached somebody, told by whoever sends a shop's messages.

One delivery, or a batch of them: then each has a result of its own, and none touches its
neighbours. Source: contract 7.2.
"""

import asyncio
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from sqlalchemy import Connection

from footfall.api import paging
from footfall.api.answers import Listing
from footfall.api.call import Call, absent, raise_any
from footfall.api.delivery_bodies import (
    ANSWER,
    EXAMPLE,
    DeliveriesAnswer,
    Delivery,
    NewDeliveries,
    NewDelivery,
    read_delivery,
    render,
)
from footfall.api.endpoint import Alternative, Endpoint, bound
from footfall.api.parameters import PROFILE, read_role, read_time
from footfall.domain.public_ids import Kind
from footfall.errors import (
    AmbiguousParameter,
    Fault,
    Invalid,
    NotFound,
    ParameterInvalidEmpty,
    Suppressed,
    refuse,
    status_of,
)
from footfall.ingest.refuse import rejection
from footfall.ingest.respond import describe
from footfall.store import deliveries, people, rejections, suppress
from footfall.store.deliveries import Outcome, Told, Wanted

MANY: Final = "deliveries"
BATCH_STATUS: Final = 207
TURN: Final = 250
"""Deliveries read before other requests get their turn on the event loop."""

_READS: Final[dict[str, Any]] = {"scope": "read", "also": ("profiles",)}


class _Item:
    """One input of a batch on its way."""

    __slots__ = ("faults", "outcome", "told")

    def __init__(self, told: Told | None, faults: list[Fault]) -> None:
        self.told = told
        self.faults = faults
        self.outcome = Outcome("rejected")


@post(
    "/deliveries",
    **bound(
        Endpoint(
            "Tell of deliveries",
            answer=DeliveriesAnswer,
            body=NewDeliveries,
            description="Evidence that a message reached somebody, which they did nothing for. The "
            "same (`source`, `reference`) again is a duplicate, and with another content it is "
            "rejected, so that a sender may send what was not answered once more. A bad one "
            "is rejected by itself.\n\n"
            "One delivery that is no list is taken too, and answered with 201 and itself. So is "
            "NDJSON, one delivery a line, answered like a list.",
            scope="events:write",
            status=BATCH_STATUS,
            errors=(400, 413, 422),
            example={MANY: [EXAMPLE]},
            answer_example={
                "results": [{"index": 0, "id": ANSWER["id"], "result": "created", "errors": []}],
                "created": 1,
                "duplicate": 0,
                "rejected": 0,
            },
            many=MANY,
            media_types=("application/json", "application/x-ndjson"),
            alternative=Alternative(
                "One delivery", NewDelivery, EXAMPLE | {"reference": 1042}, 201, Delivery, ANSWER
            ),
        )
    ),
)
async def record_deliveries(call: Call) -> Response[bytes]:
    """Keep what was delivered."""
    if MANY in call.told:
        status, answer = BATCH_STATUS, await _record_many(call)
    else:
        status, answer = 201, msgspec.json.encode(await _record_one(call))
    return Response(answer, status_code=status, media_type="application/json")


@get(
    "/deliveries",
    **bound(
        Endpoint(
            "List deliveries",
            answer=Listing[Delivery],
            description="In the order in which they were told, newest first.",
            query={
                "profile": ({"type": "string"}, "Only those that reached this person."),
                "campaign": ({"type": "string"}, "Only those of this campaign."),
                "since": ({"type": "string"}, "Only those delivered then or later."),
                "until": ({"type": "string"}, "Only those delivered before then."),
                **paging.QUERY,
            },
            query_also=("profile_id",),
            **_READS,
        )
    ),
)
async def list_deliveries(call: Call) -> Listing[Delivery]:
    """Answer a page of deliveries."""
    found, has_more = await call.store.read(lambda connection: _page(connection, call))
    return Listing([render(call, each) for each in found], has_more)


@get(
    "/deliveries/{delivery:str}",
    **bound(
        Endpoint(
            "Retrieve a delivery", answer=Delivery, errors=(404,), answer_example=ANSWER, **_READS
        )
    ),
)
async def get_delivery(call: Call, delivery: str) -> Delivery:
    """Answer one delivery."""
    row_id = call.row(Kind.DELIVERY, delivery)
    found = await call.store.read(
        lambda connection: deliveries.find(connection, call.business_id, row_id)
    )
    if found is None:
        raise absent(Kind.DELIVERY)
    return render(call, found)


async def _record_one(call: Call) -> Delivery:
    faults: list[Fault] = []
    told = read_delivery(call, call.told, faults)
    raise_any(faults)
    assert told is not None
    (outcome,) = await call.store.write(lambda connection: _record(connection, call, [told]))
    if outcome.fault is not None:
        # Whoever keeps the refusal counts what is suppressed, and keeps nothing of it.
        raise refuse(outcome.fault)
    assert outcome.delivery is not None
    return render(call, outcome.delivery)


async def _record_many(call: Call) -> bytes:
    parts = _split(call)
    items = []
    for number, part in enumerate(parts, 1):
        faults: list[Fault] = []
        items.append(_Item(_read(call, part, faults), faults))
        if number % TURN == 0:
            await asyncio.sleep(0)
    await call.store.write(lambda connection: _keep(connection, call, items))
    return _render(call, items)


def _split(call: Call) -> list[Any]:
    parts, most = call.told[MANY], call.settings.batch_events_max
    if not isinstance(parts, list):
        raise refuse(Invalid(f"“{MANY}” must be a list of deliveries.", MANY))
    if not parts:
        raise refuse(ParameterInvalidEmpty(f"“{MANY}” is empty; send at least one.", MANY))
    if len(parts) > most:
        raise refuse(
            Invalid(f"There are {len(parts)} deliveries; send at most {most} at once.", MANY)
        )
    besides = [name for name in NewDelivery.__struct_fields__ if name in call.told]
    raise_any(
        [
            AmbiguousParameter(
                f"“{name}” stands beside “{MANY}”; tell it of each of them, or send one alone.",
                name,
            )
            for name in besides
        ]
    )
    return parts


def _read(call: Call, part: Any, faults: list[Fault]) -> Told | None:
    if isinstance(part, dict):
        return read_delivery(call, part, faults)
    faults.append(Invalid("A delivery must be a JSON object: {…}.", MANY))
    return None


def _record(connection: Connection, call: Call, told: list[Told]) -> list[Outcome]:
    return deliveries.record(
        connection, call.business_id, call.caller.token_id, told, call.received_at
    )


def _keep(connection: Connection, call: Call, items: list[_Item]) -> None:
    """Store what is right of a batch, and on record what is wrong with the rest."""
    right = [item for item in items if item.told is not None]
    told = [item.told for item in right if item.told is not None]
    for item, outcome in zip(right, _record(connection, call, told), strict=True):
        item.outcome = outcome
    refused = []
    for index, item in enumerate(items):
        faults = _faults(item)
        if isinstance(item.outcome.fault, Suppressed):
            suppress.count(connection, item.outcome.fault.profile_id)
        elif faults:
            body = msgspec.json.encode(call.told[MANY][index])
            whose = (call.business_id, call.caller.token_id)
            refused.append(rejection(call.request, *whose, status_of(faults), faults, body, index))
    if refused:
        rejections.add(connection, refused)


def _faults(item: _Item) -> list[Fault]:
    return item.faults or ([item.outcome.fault] if item.outcome.fault is not None else [])


def _render(call: Call, items: list[_Item]) -> bytes:
    counts = {"created": 0, "duplicate": 0, "rejected": 0}
    results = []
    for index, item in enumerate(items):
        counts[item.outcome.result] += 1
        made = item.outcome.delivery
        results.append(
            {
                "index": index,
                "id": None if made is None else call.encode(Kind.DELIVERY, made.id),
                "result": item.outcome.result,
                "errors": describe(_faults(item), call.request.id),
            }
        )
    return msgspec.json.encode({"results": results, **counts})


def _page(connection: Connection, call: Call) -> tuple[list[deliveries.Delivery], bool]:
    faults: list[Fault] = []
    bounds = paging.read_bounds(call.query, call.store.public_ids[Kind.DELIVERY].decode, faults)
    wanted = Wanted(
        _profile(connection, call, faults),
        call.query.get("campaign") or None,
        read_time(call.query, "since", faults),
        read_time(call.query, "until", faults),
    )
    return deliveries.page(connection, call.business_id, wanted, bounds, faults)


def _profile(connection: Connection, call: Call, faults: list[Fault]) -> int | None:
    given = read_role(call.query, PROFILE, faults)
    if given is None:
        return None
    row_id = call.decode(Kind.PROFILE, given.text)
    if row_id is None or not people.existing(connection, call.business_id, [row_id]):
        faults.append(NotFound("There is no such profile in this business.", given.parameter))
        return None
    return row_id


HANDLERS: Final[tuple[Any, ...]] = (record_deliveries, list_deliveries, get_delivery)
