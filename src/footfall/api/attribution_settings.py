"""``/v1/attribution/settings``: by what a business's sales are credited, and changing it."""

from typing import Any, Final, get_type_hints
from zoneinfo import ZoneInfo

import msgspec
from litestar import get, patch
from msgspec import UNSET, UnsetType, defstruct
from sqlalchemy import Connection

from footfall.api.call import Call, absent, raise_any
from footfall.api.endpoint import Endpoint, bound
from footfall.attribution import definition_file, in_force
from footfall.attribution.definition_file import BadDefinition, Told
from footfall.attribution.in_force import InForce
from footfall.attribution.words import FOREVER
from footfall.domain.public_ids import Kind
from footfall.domain.times import parse_bound
from footfall.errors import Fault, Invalid, Refused
from footfall.reports.settings import AttributionSettings, Rules, render
from footfall.store import businesses

SettingsBody: Final = defstruct(
    "SettingsBody",
    [
        (name, hint | None | UnsetType, UNSET)
        for name, hint in get_type_hints(Told, include_extras=True).items()
    ]
    + [("channels", Rules | UnsetType, UNSET)],
    namespace={"__doc__": "What of the settings is to be another; null: as built in."},
)

_ANSWER: Final[dict[str, Any]] = {
    **msgspec.to_builtins(definition_file.effective({"active_lookback": "14d"})),
    "type": "attribution_settings",
    "set": ["active_lookback"],
    "channels": None,
    "version": "3f1c2ab09d7e",
    "changes": [{"at": "2026-03-01T09:30:00Z", "version": "3f1c2ab09d7e", "token": "hWeYDvni"}],
}


@get(
    "/attribution/settings",
    **bound(
        Endpoint(
            "Retrieve attribution settings",
            answer=AttributionSettings,
            description="What reports, receipts and comparisons go by unless told otherwise. With "
            "`as_of` those that held then, which is what reports as of that moment go by.",
            errors=(422,),
            query={
                "as_of": (
                    {"type": "string"},
                    "Those that held then: a date of the business's zone, or ISO 8601 with a zone.",
                )
            },
            answer_example=_ANSWER,
        )
    ),
)
async def get_attribution_settings(call: Call) -> AttributionSettings:
    """Answer by what sales are credited."""
    moment = await _moment(call)
    held = await call.store.read(
        lambda connection: in_force.find(connection, call.business_id, moment)
    )
    return render(held, call.encode)


@patch(
    "/attribution/settings",
    **bound(
        Endpoint(
            "Change attribution settings",
            answer=AttributionSettings,
            body=SettingsBody,
            description="From now on; reports as of an earlier moment go on as before. What is "
            "absent stays, null puts a key back to what is built in. Each change is kept with its "
            "time and token.",
            scope="admin",
            example={"active_lookback": "14d"},
            answer_example=_ANSWER,
        )
    ),
)
async def change_attribution_settings(call: Call) -> AttributionSettings:
    """Set what is told of the settings."""
    told = dict(call.told)
    channels = told.pop("channels", UNSET)
    raise_any(_no_text(channels))

    def change(connection: Connection) -> InForce:
        before = in_force.find(connection, call.business_id)
        merged = {key: value for key, value in (before.told | told).items() if value is not None}
        text = before.text if channels is UNSET else channels
        return in_force.change(
            connection,
            call.business_id,
            merged,
            text,
            at=call.received_at,
            token_id=call.caller.token_id,
        )

    try:
        return render(await call.store.write(change), call.encode)
    except BadDefinition as problem:
        raise Refused(
            [Invalid(message, key[:64]) for key, message in problem.problems.items()]
        ) from None


def _no_text(channels: object) -> list[Fault]:
    if channels is UNSET or channels is None or isinstance(channels, str):
        return []
    return [
        Invalid("“channels” must be a text in TOML, or null for the built-in rules.", "channels")
    ]


async def _moment(call: Call) -> int:
    text = call.query.get("as_of")
    if not text:
        return FOREVER
    business = await call.store.read(
        lambda connection: businesses.find(connection, call.business_id)
    )
    if business is None:
        raise absent(Kind.BUSINESS)
    try:
        return parse_bound(text, ZoneInfo(business.timezone))
    except ValueError as problem:
        raise Refused([Invalid(f"“as_of”: {problem}", "as_of")]) from None


HANDLERS: Final[tuple[Any, ...]] = (get_attribution_settings, change_attribution_settings)
