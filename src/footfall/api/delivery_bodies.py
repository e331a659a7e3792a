"""Deliveries as bodies tell them and answers show them; Structs for the document, rules by hand."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from footfall.api.call import Call
from footfall.api.components import ALIAS
from footfall.api.error_types import Error
from footfall.api.parameters import PROFILE, read_role
from footfall.domain.objects import is_absent, read_text, require
from footfall.domain.public_ids import Kind
from footfall.domain.times import iso_utc, parse_instant, unix_seconds
from footfall.errors import Fault, Invalid, ParameterMissing
from footfall.store.deliveries import Delivery as DeliveryRow
from footfall.store.deliveries import Told

LENGTHS: Final = {"campaign": 255, "channel": 64, "source": 64, "reference": 255}

Text = str | UnsetType


class NewDelivery(Struct):
    """A message that reached somebody."""

    profile: Annotated[str, Meta(description="Id of the profile it reached.")]
    campaign: Annotated[
        str, Meta(description="What it was part of, as links name it.", max_length=255)
    ]
    channel: Annotated[str, Meta(description="Such as `sms` or `email`.", max_length=64)]
    reference: Annotated[
        str | int,
        Meta(description="Its id where it was sent, unique in its source, for ever."),
    ]
    source: Annotated[
        Text, Meta(description="The system that sent it and has the reference.", max_length=64)
    ] = UNSET
    delivered_at: Annotated[
        int | str | UnsetType,
        Meta(description="Unix seconds, or ISO 8601 with a zone; the arrival if absent."),
    ] = UNSET
    profile_id: Annotated[Text, Meta(extra_json_schema={ALIAS: "profile"})] = UNSET


class NewDeliveries(Struct):
    """Many messages that reached somebody."""

    deliveries: Annotated[
        list[NewDelivery],
        Meta(description="In the order their results come back.", min_length=1),
    ]


class Delivery(Struct, kw_only=True):
    """A message that reached somebody."""

    id: str
    type: Literal["delivery"] = "delivery"
    profile: Annotated[
        str | None, Meta(description="Whom it reached; null once they were deleted or erased.")
    ]
    campaign: str
    channel: str
    source: str | None
    reference: Annotated[str | None, Meta(description="Null once the person was erased.")]
    delivered_at: Annotated[str, Meta(description="ISO 8601.")]
    created_at: Annotated[int, Meta(description="When it was told, Unix seconds.")]


class DeliveryResult(Struct):
    """What became of one delivery of a batch."""

    index: Annotated[int, Meta(description="Position in the batch, from 0.")]
    id: Annotated[str | None, Meta(description="The delivery's id; null if it was rejected.")]
    result: Literal["created", "duplicate", "rejected"]
    errors: Annotated[list[Error], Meta(description="Why it was rejected.")]


class DeliveriesAnswer(Struct):
    """One result for each delivery, and their count."""

    results: Annotated[list[DeliveryResult], Meta(description="In the order of the deliveries.")]
    created: int
    duplicate: Annotated[int, Meta(description="How many were there before.")]
    rejected: int


EXAMPLE: Final[dict[str, Any]] = {
    "profile": "MzYwlE50",
    "campaign": "spring",
    "channel": "sms",
    "source": "sms_gateway",
    "reference": "msg-1041",
    "delivered_at": "2022-10-13T18:02:53Z",
}

ANSWER: Final[dict[str, Any]] = {
    "id": "WB4kaq0z",
    "type": "delivery",
    **EXAMPLE,
    "created_at": 1665684174,
}


def read_delivery(call: Call, told: Mapping[str, Any], faults: list[Fault]) -> Told | None:
    """Return a delivery as a body tells it; ``None`` if anything is wrong, which is noted."""
    before = len(faults)
    profile = read_role(told, PROFILE, faults)
    if profile is None and len(faults) == before:
        faults.append(
            ParameterMissing(
                "A delivery needs “profile”: the id of the profile that it reached.", "profile"
            )
        )
    for name in ("campaign", "channel", "reference"):
        require(told, name, "A delivery", faults)
    texts = {
        name: read_text(told, name, faults, limit=limit) or "" for name, limit in LENGTHS.items()
    }
    delivered_at = _read_time(call, told.get("delivered_at"), faults)
    if len(faults) > before:
        return None
    assert profile is not None
    row_id = call.decode(Kind.PROFILE, profile.text)
    return Told(row_id, **texts, delivered_at=delivered_at, parameter=profile.parameter)


def render(call: Call, delivery: DeliveryRow) -> Delivery:
    """Return a delivery as answers show it."""
    owner_id = delivery.owner_id
    return Delivery(
        id=call.encode(Kind.DELIVERY, delivery.id),
        profile=None if owner_id is None else call.encode(Kind.PROFILE, owner_id),
        campaign=delivery.campaign,
        channel=delivery.channel,
        source=delivery.source or None,
        reference=delivery.reference,
        delivered_at=iso_utc(delivery.delivered_at),
        created_at=unix_seconds(delivery.created_at),
    )


def _read_time(call: Call, value: object, faults: list[Fault]) -> int | None:
    if is_absent(value):
        return None
    try:
        return parse_instant(value, received_at=call.received_at).tracked_at
    except ValueError as problem:
        faults.append(Invalid(str(problem), "delivered_at"))
        return None
