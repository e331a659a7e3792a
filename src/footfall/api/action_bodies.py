"""An action as it is told and as it is answered."""

from typing import Annotated, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType


class ActionBody(Struct):
    """A custom action."""

    name: Annotated[str, Meta(description="What events say; lower case with a dot.")]
    title: Annotated[str | UnsetType, Meta(description="For people to read.")] = UNSET
    goal: Annotated[bool | UnsetType, Meta(description="Counts as a conversion; no if absent.")] = (
        UNSET
    )
    passive: Annotated[
        bool | UnsetType, Meta(description="Says nothing of interest; yes if absent.")
    ] = UNSET


class ActionChange(Struct):
    """What is to change of a custom action."""

    name: str | UnsetType = UNSET
    title: str | UnsetType = UNSET
    goal: bool | UnsetType = UNSET
    passive: bool | UnsetType = UNSET


class Action(Struct, kw_only=True):
    """Something that can be done."""

    id: str
    type: Literal["action"] = "action"
    name: str
    title: str | None
    goal: bool
    passive: bool
    built_in: Annotated[bool, Meta(description="Every business has it, and none can change it.")]
    created_at: Annotated[int, Meta(description="Unix seconds.")]


ANSWER: Final = {
    "id": "BvYeyVYz",
    "type": "action",
    "name": "appointment.booked",
    "title": "Appointment booked",
    "goal": True,
    "passive": False,
    "built_in": False,
    "created_at": 1665684173,
}
EXAMPLE: Final = {"name": "appointment.booked", "title": "Appointment booked", "goal": True}
