"""Tracked links as bodies tell them and answers show them; Structs for the document, rules by hand.

Source: contract 6.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from footfall.api.call import Encoder
from footfall.api.components import ALIAS
from footfall.domain.links import DESTINATION_LENGTH, SOURCE, TEXT_LENGTH, parse_destination
from footfall.domain.objects import is_absent, read_text
from footfall.domain.public_ids import Kind
from footfall.domain.times import unix_seconds
from footfall.errors import Fault, Invalid
from footfall.settings import Settings
from footfall.store.links import Link as LinkRow

Text = str | UnsetType


class LinkBody(Struct):
    """A link to be made."""

    destination: Annotated[
        str,
        Meta(description="Where it leads, http or https.", max_length=DESTINATION_LENGTH),
    ]
    campaign: Annotated[
        Text, Meta(description="Becomes `utm_campaign`.", max_length=TEXT_LENGTH)
    ] = UNSET
    medium: Annotated[
        Text,
        Meta(description="Becomes `utm_medium`, such as `sms`.", max_length=TEXT_LENGTH),
    ] = UNSET
    source: Annotated[
        Text,
        Meta(description=f"Becomes `utm_source`; `{SOURCE}` if absent.", max_length=TEXT_LENGTH),
    ] = UNSET
    profile: Annotated[
        Text,
        Meta(description="Id of the profile it is for; whoever opens it counts as that person."),
    ] = UNSET
    profile_id: Annotated[Text, Meta(extra_json_schema={ALIAS: "profile"})] = UNSET


class LinkChange(Struct):
    """What of a link is to be another; what is absent stays."""

    destination: Annotated[Text, Meta(max_length=DESTINATION_LENGTH)] = UNSET
    campaign: Annotated[Text, Meta(max_length=TEXT_LENGTH)] = UNSET
    medium: Annotated[Text, Meta(max_length=TEXT_LENGTH)] = UNSET
    source: Annotated[Text, Meta(max_length=TEXT_LENGTH)] = UNSET
    active: Annotated[bool | UnsetType, Meta(description="Whether it leads anywhere.")] = UNSET


class Link(Struct, kw_only=True):
    """A short address that tells who opens it, and sends them on."""

    id: str
    type: Literal["link"] = "link"
    code: Annotated[str, Meta(description="What its address ends with.")]
    url: Annotated[str, Meta(description="The address to hand out.")]
    destination: str
    source: str
    medium: str | None
    campaign: str | None
    profile: Annotated[
        str | None,
        Meta(description="Id of the profile it is for; null also if that one was deleted."),
    ]
    active: Annotated[bool, Meta(description="Whether it leads anywhere.")]
    clicks: Annotated[int, Meta(description="Openings by people, each an event.")]
    previews: Annotated[int, Meta(description="Openings by programs, which are no clicks.")]
    suppressed: Annotated[int, Meta(description="Openings by people who are not tracked.")]
    last_clicked_at: Annotated[int | None, Meta(description="Unix seconds.")]
    created_at: Annotated[int, Meta(description="Unix seconds.")]
    updated_at: Annotated[int, Meta(description="Unix seconds.")]
    deactivated_at: Annotated[int | None, Meta(description="Unix seconds.")]


EXAMPLE: Final[dict[str, Any]] = {
    "destination": "https://shop.example/sale?color=blue#top",
    "campaign": "spring",
    "medium": "sms",
}

ANSWER: Final[dict[str, Any]] = {
    "id": "Qm3nX0aB",
    "type": "link",
    "code": "k3Xv9Q",
    "url": "https://events.shop.example/l/k3Xv9Q",
    **EXAMPLE,
    "source": SOURCE,
    "profile": None,
    "active": True,
    "clicks": 12,
    "previews": 3,
    "suppressed": 0,
    "last_clicked_at": 1665687773,
    "created_at": 1665684173,
    "updated_at": 1665684173,
    "deactivated_at": None,
}


def read_link(told: Mapping[str, Any], faults: list[Fault]) -> dict[str, str]:
    """Return the columns that a body tells of, noting every fault."""
    values: dict[str, str | None] = {
        name: read_text(told, name, faults, limit=TEXT_LENGTH)
        for name in ("source", "medium", "campaign")
    }
    destination = told.get("destination")
    if not is_absent(destination):
        try:
            if not isinstance(destination, str):
                raise ValueError("The destination must be a web address, given as a text.")
            values["destination"] = parse_destination(destination)
        except ValueError as problem:
            faults.append(Invalid(str(problem), "destination"))
    return {name: value for name, value in values.items() if value is not None}


def render(call: Encoder, settings: Settings, link: LinkRow) -> Link:
    """Return a link as answers show it."""
    return Link(
        id=call.encode(Kind.LINK, link.id),
        code=link.code,
        url=settings.short_url(link.code),
        destination=link.destination,
        source=link.source,
        medium=link.medium,
        campaign=link.campaign,
        profile=None if link.owner_id is None else call.encode(Kind.PROFILE, link.owner_id),
        active=link.deactivated_at is None,
        clicks=link.clicks,
        previews=link.previews,
        suppressed=link.suppressed,
        last_clicked_at=_seconds(link.clicked_at),
        created_at=unix_seconds(link.created_at),
        updated_at=unix_seconds(link.updated_at),
        deactivated_at=_seconds(link.deactivated_at),
    )


def _seconds(at: int | None) -> int | None:
    return None if at is None else unix_seconds(at)
