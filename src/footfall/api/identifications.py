"""``POST /v1/public/identifications``: a browser says who its visitor is in another system.

Source: contract 3.6, 5.4.
"""

from typing import Annotated, Any, Final

from litestar import post
from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import Connection

from footfall.api.call import Call, raise_any
from footfall.api.endpoint import Endpoint, bound
from footfall.api.forms import FORM_TYPE
from footfall.api.hot_path import Received
from footfall.api.parameters import SESSION, Given, read_role
from footfall.api.sessions import find as find_session
from footfall.api.sessions import find_or_begin
from footfall.domain.identify import Identification, read_identification
from footfall.errors import Fault
from footfall.store import identify

Text = str | UnsetType


class IdentificationBody(Struct):
    """Who the visitor is. Fields not named here are kept as claims too."""

    user_id: Annotated[str | int, Meta(description="The person's id in the system `source`.")]
    source: Annotated[
        Text, Meta(description="The system; ids without one are a space of their own.")
    ] = UNSET
    session: Annotated[
        Text | None, Meta(description="The browser's session, attached if it is free.")
    ] = UNSET
    email: Annotated[
        Text, Meta(description="A claim: kept with the person, never used to find one.")
    ] = UNSET
    phone: Annotated[Text, Meta(description="A claim.")] = UNSET
    name: Annotated[Text, Meta(description="A claim.")] = UNSET


@post(
    "/public/identifications",
    **bound(
        Endpoint(
            "Identify a visitor",
            answer=Received,
            body=IdentificationBody,
            description="The pair of `source` and `user_id` finds the profile, also one whose "
            "`source` and `reference` these are. If nobody has it, it becomes the session's "
            "owner's, or a new profile's. A session that belongs to another known person is not "
            "moved; that is noted in `GET /v1/conflicts`, and the answer is the same.",
            credential="public",
            errors=(400, 422),
            example={
                "session": "bBJn9vR15yPaYkWmR2QK0jopMeNxrA6l",
                "user_id": "user_1",
                "source": "shopify",
                "email": "ana@example.com",
                "name": "Ana",
            },
            answer_example={"status": "received"},
            media_types=("application/json", FORM_TYPE),
        )
    ),
)
async def identify_visitor(call: Call) -> Received:
    """Take note of who a visitor is."""
    faults: list[Fault] = []
    told = read_identification(call.told, faults)
    session = read_role(call.told, SESSION, faults)
    raise_any(faults)
    # Pages repeat it with every view; what is known already must not cost a commit.
    is_known = await call.store.read(
        lambda connection: _is_known_already(connection, call, told, session)
    )
    if not is_known:
        await call.store.write(lambda connection: _identify(connection, call, told, session))
    return Received("received")


def _is_known_already(
    connection: Connection, call: Call, told: Identification, given: Given | None
) -> bool:
    session = None
    if given is not None:
        session = find_session(connection, call, given.text)
        if session is None:
            return False
    return identify.is_known_already(connection, call.business_id, told, session)


def _identify(
    connection: Connection, call: Call, told: Identification, given: Given | None
) -> None:
    session = None if given is None else find_or_begin(connection, call, given, begins_any=True)
    identify.identify(
        connection,
        call.business_id,
        told,
        session,
        at=call.received_at,
        token_id=call.caller.token_id,
    )


HANDLERS: Final[tuple[Any, ...]] = (identify_visitor,)
