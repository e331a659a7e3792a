"""Properties as they are told and answered, of profiles and of objects."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from footfall.api.parameters import read_flag
from footfall.domain.objects import is_absent, read_text
from footfall.domain.properties import NAME_LENGTH, Definition, name_problem
from footfall.domain.property_kinds import KINDS, UNIQUE_KINDS
from footfall.errors import Fault, Invalid, ParameterInvalidEmpty

Name = Annotated[str, Meta(max_length=NAME_LENGTH)]
_NAME: Final = Meta(description="Without a digit in front and without braces.")
_UNIQUE: Final = Meta(
    description="No two have the same value; for the kinds "
    f"{', '.join(f'`{kind}`' for kind in KINDS if kind in UNIQUE_KINDS)}."
)

Kinds = Literal[
    "text",
    "long_text",
    "number",
    "boolean",
    "date",
    "time",
    "money",
    "url",
    "tags",
    "list",
    "phone",
    "email",
    "address",
    "company",
    "gender",
    "birthday",
    "payment_method",
    "sales_channel",
]


class PropertyChange(Struct):
    """What is to change of a property."""

    name: Annotated[Name | UnsetType, _NAME] = UNSET
    kind: Annotated[
        Kinds | UnsetType, Meta(description="Stays as it is once there are values.")
    ] = UNSET
    unique: Annotated[bool | UnsetType, _UNIQUE] = UNSET
    required: Annotated[
        bool | UnsetType,
        Meta(description="A value can be changed then, and not emptied. Profiles come without."),
    ] = UNSET


class PropertyBody(PropertyChange, kw_only=True):
    """A property of profiles."""

    name: Annotated[Name, _NAME]
    kind: Kinds


class Property(Struct, kw_only=True):
    """A field that the business added to its profiles."""

    id: str
    type: Literal["property"] = "property"
    name: str
    kind: Kinds
    unique: bool
    required: bool
    created_at: Annotated[int, Meta(description="Unix seconds.")]
    updated_at: Annotated[int, Meta(description="Unix seconds.")]


EXAMPLE: Final = {"name": "Customer ID", "kind": "text", "unique": True}
ANSWER: Final = {
    "id": "u7TqLm2c",
    "type": "property",
    "name": "Customer ID",
    "kind": "text",
    "unique": True,
    "required": False,
    "created_at": 1665684173,
    "updated_at": 1665684173,
}


def read_definition(told: Mapping[str, Any], faults: list[Fault]) -> Definition:
    """Return what a body says of a property, noting every fault."""
    faults.extend(
        ParameterInvalidEmpty(f"“{field}” is empty; fill it in.", field)
        for field in ("name", "kind")
        if field in told and is_absent(told[field])
    )
    name = read_text(told, "name", faults, limit=NAME_LENGTH)
    problem = name_problem(name) if name is not None else None
    if problem is not None:
        faults.append(Invalid(problem, "name"))
    return Definition(
        name=name,
        kind=_read_kind(told.get("kind"), faults),
        is_required=read_flag(told, "required", faults),
        is_unique=read_flag(told, "unique", faults),
        is_inherited=read_flag(told, "inherit", faults),
    )


def _read_kind(told: object, faults: list[Fault]) -> str | None:
    if is_absent(told):
        return None
    if isinstance(told, str) and told in KINDS:
        return told
    faults.append(Invalid(f"“kind” must be one of {', '.join(KINDS)}.", "kind"))
    return None
