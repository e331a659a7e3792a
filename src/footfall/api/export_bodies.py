"""Everything about a person, as ``export`` puts it together; times are ISO 8601."""

from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from footfall.api.events import ANSWER as EVENT_ANSWER
from footfall.api.events import Event
from footfall.api.identity_log import Change
from footfall.api.profile_bodies import ANSWER as PROFILE_ANSWER
from footfall.api.profile_bodies import Profile


class Member(Struct, kw_only=True):
    """A profile as it was told by itself, before and after it was merged."""

    id: str
    merged_into: str | None
    first_name: str | None
    last_name: str | None
    source: str | None
    reference: str | None
    data: dict[str, Any]
    suppressed_at: str | None
    created_at: str
    updated_at: str


class HeldIdentity(Struct, kw_only=True):
    """A contact, or an id in another system."""

    profile: str
    kind: Literal["email", "phone", "user"]
    label: Annotated[str, Meta(description="Of a `user` the system.")]
    value: Annotated[str | None, Meta(description="What it is compared by.")]
    raw: Annotated[str, Meta(description="As it was told.")]
    created_at: str


class HeldClaim(Struct, kw_only=True):
    """Something a browser said of the person, unproved."""

    profile: str
    session: str | None
    origin: Literal["identify", "form"]
    name: str
    value: str
    created_at: str


class HeldSession(Struct, kw_only=True):
    """A browser or device of the person."""

    id: str
    session: str
    profile: str
    created_at: str
    attached_at: str | None


class HeldList(Struct, kw_only=True):
    """A list that the person is on."""

    id: str
    profile: str
    name: str
    created_at: str


class HeldProperty(Struct, kw_only=True):
    """A value of a property of the business's own."""

    id: str
    profile: str
    name: str
    value: Any


class HeldSubmission(Struct, kw_only=True):
    """What the person filled into a form."""

    id: str
    form: str
    session: str | None
    data: Any
    created_at: str


class HeldSighting(Struct, kw_only=True):
    """Another report of an event that was stored already."""

    id: str
    event: str
    object: str
    session: str | None
    amount: str | None
    currency: str | None
    occurred_at: str
    received_at: str
    data: dict[str, Any]


class HeldLink(Struct, kw_only=True):
    """A tracked link that was made for the person."""

    id: str
    profile: str
    code: str
    destination: str
    source: str
    medium: str | None
    campaign: str | None
    session: Annotated[str | None, Meta(description="The session it opens.")]
    clicks: int
    created_at: str


class HeldDelivery(Struct, kw_only=True):
    """A message that reached the person."""

    id: str
    profile: str
    campaign: str
    channel: str
    source: str
    reference: str | None
    delivered_at: str
    created_at: str


class Export(Struct, kw_only=True):
    """Everything that is kept about a person."""

    type: Literal["export"] = "export"
    exported_at: str
    profile: Profile
    members: list[Member]
    identities: list[HeldIdentity]
    claims: list[HeldClaim]
    sessions: list[HeldSession]
    changes: list[Change]
    lists: list[HeldList]
    properties: list[HeldProperty]
    submissions: list[HeldSubmission]
    sightings: list[HeldSighting]
    links: list[HeldLink]
    deliveries: list[HeldDelivery]
    events: list[Event]


EXAMPLE: Final[dict[str, Any]] = {
    "type": "export",
    "exported_at": "2022-10-13T18:02:54Z",
    "profile": PROFILE_ANSWER,
    "members": [
        {
            "id": "MzYwlE50",
            "merged_into": None,
            "first_name": "Ana",
            "last_name": "López",
            "source": "custom_store",
            "reference": "42",
            "data": {},
            "suppressed_at": None,
            "created_at": "2022-10-13T18:02:53Z",
            "updated_at": "2022-10-13T18:02:53Z",
        }
    ],
    "identities": [
        {
            "profile": "MzYwlE50",
            "kind": "email",
            "label": "",
            "value": "ana@example.com",
            "raw": "ana@example.com",
            "created_at": "2022-10-13T18:02:53Z",
        }
    ],
    "claims": [],
    "sessions": [],
    "changes": [],
    "lists": [],
    "properties": [],
    "submissions": [],
    "sightings": [],
    "links": [],
    "deliveries": [],
    "events": [EVENT_ANSWER],
}
