"""By what a business's sales are credited, as the API and the command line show it."""

from collections.abc import Callable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from footfall.attribution import definition_file
from footfall.attribution.definition_file import Told
from footfall.attribution.in_force import InForce
from footfall.domain.public_ids import Kind
from footfall.domain.times import iso_utc
from footfall.store.attribution_settings import Change

Rules = Annotated[
    str | None,
    Meta(description="Channel rules of the business's own as TOML text; null: the built-in ones."),
]


class SettingsChange(Struct):
    """When the settings were changed, and by whom."""

    at: Annotated[str, Meta(description="ISO 8601.")]
    version: Annotated[str, Meta(description="What reports showed as their version then.")]
    token: Annotated[
        str | None, Meta(description="Id of the token it came with; null: the command line.")
    ]


class AttributionSettings(Told, frozen=True, kw_only=True):
    """By what the sales of a business are credited: all keys, also those never set."""

    type: Literal["attribution_settings"] = "attribution_settings"
    set: Annotated[
        list[str], Meta(description="The keys that were set; the others are as built in.")
    ]
    channels: Rules
    version: Annotated[str, Meta(description="What reports by these settings show.")]
    changes: Annotated[list[SettingsChange], Meta(description="The last 20, the latest first.")]


def render(held: InForce, encode: Callable[[Kind, int], str]) -> AttributionSettings:
    """Return settings as they are shown.

    Args:
        encode: gives a row number its public id.
    """

    def shown(change: Change) -> SettingsChange:
        token = None if change.token_id is None else encode(Kind.TOKEN, change.token_id)
        return SettingsChange(iso_utc(change.at), change.version, token)

    return AttributionSettings(
        **msgspec.structs.asdict(definition_file.effective(held.told)),
        set=sorted(held.told),
        channels=held.text,
        version=held.version,
        changes=[shown(each) for each in held.changes],
    )
