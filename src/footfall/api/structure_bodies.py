"""Structures and instances as they are told and answered; documents what is read by hand."""

from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from footfall.api.property_bodies import Kinds, PropertyChange
from footfall.api.property_values import ById
from footfall.domain import structures

Title = Annotated[str, Meta(max_length=structures.TITLE_LENGTH)]
_TITLE: Final = Meta(description="For people to read.")


class StructureProperty(PropertyChange, kw_only=True):
    """A property of an object; `name` and `kind` are needed for a new one."""

    id: Annotated[
        str | UnsetType,
        Meta(description="Of the one that this changes; without it the one of that name, if any."),
    ] = UNSET
    required: Annotated[
        bool | UnsetType, Meta(description="An instance cannot be made without.")
    ] = UNSET
    inherit: Annotated[
        bool | UnsetType,
        Meta(
            description="Of kind `money`, at most one: the amount of an event that tells none; "
            "only of custom objects."
        ),
    ] = UNSET


class StructureChange(Struct):
    """What is to change of an object."""

    title: Annotated[Title | UnsetType, _TITLE] = UNSET
    properties: Annotated[
        list[StructureProperty] | UnsetType,
        Meta(description="All that it has from then on: those left out go, with their values."),
    ] = UNSET


class StructureBody(Struct, kw_only=True):
    """An object of the business's own."""

    name: Annotated[
        str,
        Meta(
            description="What events say in `object_type`: lower case, digits and `_`; stays.",
            max_length=structures.NAME_LENGTH,
        ),
    ]
    title: Annotated[Title | UnsetType, _TITLE] = UNSET
    properties: list[StructureProperty] | UnsetType = UNSET


class PropertyOfStructure(Struct, kw_only=True):
    """A property of an object."""

    id: str
    name: str
    kind: Kinds
    required: bool
    unique: bool
    inherit: bool
    modifiable: Annotated[bool, Meta(description="It is the business's own.")] = True


class Structure(Struct, kw_only=True):
    """A kind of objects."""

    id: Annotated[str, Meta(description="A built-in one has its name for an id.")]
    type: Literal["structure"] = "structure"
    name: str
    title: str | None
    built_in: Annotated[
        bool, Meta(description="Every business has it; it can get properties and nothing else.")
    ]
    properties: Annotated[
        list[PropertyOfStructure],
        Meta(description="Of a built-in one those beyond its own fields."),
    ]
    created_at: Annotated[int | None, Meta(description="Unix seconds; null if built in.")]
    updated_at: Annotated[int | None, Meta(description="Unix seconds; null if built in.")]


class InstanceBody(Struct):
    """Values of an instance; each may also stand by its name in the body itself."""

    properties: Annotated[dict[str, Any] | UnsetType, Meta(description="Values by name.")] = UNSET
    property_by_id: ById = UNSET


class Instance(Struct, kw_only=True):
    """An object of the business's own."""

    id: str
    type: Annotated[str, Meta(description="The object's name.")]
    properties: Annotated[dict[str, Any], Meta(description="Values by name.")]
    property_by_id: Annotated[dict[str, Any], Meta(description="The same by id.")]
    created_at: Annotated[int, Meta(description="Unix seconds.")]
    updated_at: Annotated[int, Meta(description="Unix seconds.")]


EXAMPLE: Final[dict[str, Any]] = {
    "title": "Appointments",
    "name": "appointment",
    "properties": [
        {"kind": "text", "name": "reference", "required": True, "unique": True},
        {"kind": "money", "name": "fee", "inherit": True},
    ],
}
ANSWER: Final[dict[str, Any]] = {
    "id": "h4WcD9sY",
    "type": "structure",
    "name": "appointment",
    "title": "Appointments",
    "built_in": False,
    "properties": [
        {
            "id": "u7TqLm2c",
            "name": "reference",
            "kind": "text",
            "required": True,
            "unique": True,
            "inherit": False,
            "modifiable": True,
        },
        {
            "id": "Xe30RbfA",
            "name": "fee",
            "kind": "money",
            "required": False,
            "unique": False,
            "inherit": True,
            "modifiable": True,
        },
    ],
    "created_at": 1665684173,
    "updated_at": 1665684173,
}
INSTANCE_EXAMPLE: Final[dict[str, Any]] = {
    "reference": "A-17",
    "fee": {"amount": "40.00", "currency": "USD"},
}
INSTANCE_ANSWER: Final[dict[str, Any]] = {
    "id": "vxqQJ3Yg",
    "type": "appointment",
    "properties": {"reference": "A-17", "fee": {"amount": "40.00", "currency": "USD"}},
    "property_by_id": {"u7TqLm2c": "A-17", "Xe30RbfA": {"amount": "40.00", "currency": "USD"}},
    "created_at": 1665684173,
    "updated_at": 1665684173,
}
