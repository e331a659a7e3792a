"""A profile as it is told and as it is answered; documents what ``domain.profiles`` reads."""

from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from footfall.api.answers import Deleted
from footfall.api.property_values import ById, PropertyValue

Text = str | UnsetType


class ProfileBody(Struct):
    """What is told of a customer; every field is optional."""

    first_name: Text = UNSET
    last_name: Text = UNSET
    email: Annotated[
        str | dict[str, str] | UnsetType,
        Meta(description="An address, or label → address; `email[work]` is the same as a label."),
    ] = UNSET
    phone: Annotated[
        str | dict[str, str] | UnsetType,
        Meta(description="As `email`. E.164, or as dialled in the business's country."),
    ] = UNSET
    reference: Annotated[
        str | int | UnsetType, Meta(description="The customer's id in the shop.")
    ] = UNSET
    source: Annotated[Text, Meta(description="The system that `reference` is from.")] = UNSET
    lists: Annotated[list[str] | UnsetType, Meta(description="Names of lists, or their ids.")] = (
        UNSET
    )
    address: Annotated[
        str | dict[str, str] | UnsetType, Meta(description="Text, or its parts.")
    ] = UNSET
    company: Text = UNSET
    gender: Text = UNSET
    birthday: Text = UNSET
    metadata: Annotated[dict[str, Any] | UnsetType, Meta(description="Values of your own.")] = UNSET
    property_by_id: ById = UNSET


class NewProfileBody(ProfileBody):
    """The same, and the browser's session if there is one."""

    session: Annotated[
        Text, Meta(description="Session to attach; one that is another profile's is not moved.")
    ] = UNSET


class Contact(Struct):
    """An e-mail address or phone."""

    label: str
    value: str
    valid: Annotated[
        bool, Meta(description="False for a phone that cannot be brought into E.164; kept as told.")
    ]


class Profile(Struct, kw_only=True):
    """A customer."""

    id: str
    type: Literal["profile"] = "profile"
    first_name: str | None
    last_name: str | None
    email: Annotated[str | None, Meta(description="The main one of `emails`.")]
    phone: Annotated[str | None, Meta(description="The main one of `phones`, in E.164.")]
    emails: list[Contact]
    phones: list[Contact]
    reference: str | None
    source: str | None
    lists: Annotated[list[str], Meta(description="Names of the lists it is on.")]
    properties: list[PropertyValue]
    address: str | dict[str, str | None] | None
    company: str | None
    gender: str | None
    birthday: str | None
    metadata: dict[str, Any]
    merged: Annotated[
        list[str], Meta(description="Ids of the profiles that were merged into this one.")
    ]
    suppressed_at: Annotated[
        int | None,
        Meta(description="Unix seconds. From then on events of this person are refused."),
    ]
    suppressed_events: Annotated[int, Meta(description="How many events were refused so.")]
    created_at: Annotated[int, Meta(description="Unix seconds.")]
    updated_at: Annotated[int, Meta(description="Unix seconds.")]


class DeletedProfile(Deleted):
    """The answer to the deletion of a profile; ``id`` is what it goes by."""

    erased: Annotated[
        bool | UnsetType, Meta(description="True if the whole person was erased.")
    ] = UNSET


EXAMPLE: Final = {
    "first_name": "Ana",
    "last_name": "López",
    "email": "ana@example.com",
    "phone": "+59899000001",
    "reference": 42,
    "source": "custom_store",
}
ANSWER: Final[dict[str, Any]] = {
    "id": "MzYwlE50",
    "type": "profile",
    "first_name": "Ana",
    "last_name": "López",
    "email": "ana@example.com",
    "phone": "+59899000001",
    "emails": [{"label": "", "value": "ana@example.com", "valid": True}],
    "phones": [{"label": "", "value": "+59899000001", "valid": True}],
    "reference": "42",
    "source": "custom_store",
    "lists": [],
    "properties": [],
    "address": None,
    "company": None,
    "gender": None,
    "birthday": None,
    "metadata": {},
    "merged": [],
    "suppressed_at": None,
    "suppressed_events": 0,
    "created_at": 1665684173,
    "updated_at": 1665684173,
}
