"""``/v1/public/forms/:id`` and its submissions: forms on pages, and what was filled in.

Nobody has proved what is filled into a form: it is kept as claims of whoever the session belongs
to, identifies nobody and merges nothing.

Source: contract 3.8.
"""

from typing import Annotated, Any, Final

import msgspec
from litestar import get, post
from msgspec import Meta, Struct
from sqlalchemy import Connection

from footfall.api.call import Call, raise_any
from footfall.api.endpoint import Endpoint, bound
from footfall.api.forms import FORM_TYPE
from footfall.api.parameters import SESSION, Given, read_role
from footfall.api.property_values import locale
from footfall.api.public_businesses import EXAMPLE as BUSINESS
from footfall.api.public_businesses import PublicBusiness, describe
from footfall.domain.actions import BUILT_IN
from footfall.domain.events import EventDraft, Flag
from footfall.domain.form_inputs import Input, inputs_of, read_inputs, steps_of
from footfall.domain.public_ids import Kind
from footfall.errors import Fault, NotFound, UnknownResource, refuse
from footfall.ingest.refuse import rejection
from footfall.store import forms, sessions, suppress
from footfall.store.append import Submission

_COMPLETED: Final = BUILT_IN["form.completed"]
_TEXT: Final[dict[str, Any]] = {"type": "string"}


class PublicForm(Struct):
    """A form as pages draw it."""

    id: Annotated[str, Meta(description="The id as it stands in the path.")]
    name: str | None
    steps: Annotated[
        list[dict[str, Any]], Meta(description="`header`, `inputs`, `button`, `footer` of each.")
    ]
    business: PublicBusiness


class SubmissionBody(Struct):
    """What was filled in, by the names of the form's inputs; these are the usual ones."""

    session: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    property_by_id: dict[str, Any] | None = None


class FormSubmission(Struct):
    """A form that was filled in."""

    id: Annotated[
        str | None,
        Meta(description="Null when the person's data is not to be kept: then nothing was."),
    ]
    identified: Annotated[bool, Meta(description="Always true: the session stays what it is.")]
    session: Annotated[str | None, Meta(description="The session it came with.")]


@get(
    "/public/forms/{form:str}",
    **bound(
        Endpoint(
            "Retrieve a public form",
            answer=PublicForm,
            description="The id in the path is the form's id, else its reference.",
            credential="public",
            errors=(404, 422),
            query={
                "session": (_TEXT, "The browser's session; not needed."),
                "locale": (_TEXT, "The page's language; not needed."),
            },
            answer_example={
                "id": "vxqQJ3Yg",
                "name": "Newsletter",
                "steps": [
                    {
                        "header": {"content": "<b>Hello</b>"},
                        "inputs": [
                            {"type": "email", "kind": "email", "label": "E-mail", "required": True}
                        ],
                        "button": {"text": "Send"},
                        "footer": {"content": ""},
                    }
                ],
                "business": BUSINESS,
            },
        )
    ),
)
async def get_public_form(call: Call, form: str) -> PublicForm:
    """Answer a form for its page."""
    found = await call.store.read(lambda connection: _find(connection, call, form))
    # The client compares the id with the one in its page.
    return PublicForm(form, found.name, steps_of(found.data), await describe(call))


@post(
    "/public/forms/{form:str}/submissions",
    **bound(
        Endpoint(
            "Submit a form",
            answer=FormSubmission,
            body=SubmissionBody,
            description="Inputs come by name: `first_name`, `last_name`, `email`, `phone`, or "
            "`property_by_id[ID]`. An empty text and a phone that is only a country's prefix are "
            "blank. Values are kept as claims of the session's profile, which is made if there is "
            "none, and an event `form.completed` is recorded, all in one commit.",
            credential="public",
            status=201,
            errors=(400, 404, 422),
            example={
                "session": "5f0d3b1e-7c7e-4c56-9c57-2e6d0b1f8a31",
                "first_name": "Ana",
                "email": "ana@example.com",
            },
            answer_example={
                "id": "Ab3dE6gH",
                "identified": True,
                "session": "5f0d3b1e-7c7e-4c56-9c57-2e6d0b1f8a31",
            },
            media_types=("application/json", "text/plain", FORM_TYPE),
        )
    ),
)
async def submit_form(call: Call, form: str) -> FormSubmission:
    """Keep what was filled in."""
    found = await call.store.read(lambda connection: _find(connection, call, form))
    faults: list[Fault] = []
    filled = read_inputs(call.told, inputs_of(found.data), faults)
    session = read_role(call.told, SESSION, faults)
    raise_any(faults)
    submission_id = await call.store.write_and_append(
        lambda connection: _keep(connection, call, found, filled, session)
    )
    return FormSubmission(
        None if submission_id is None else call.encode(Kind.SUBMISSION, submission_id),
        True,
        None if session is None else session.text,
    )


def _keep(
    connection: Connection,
    call: Call,
    form: forms.Form,
    filled: list[tuple[Input, str]],
    given: Given | None,
) -> tuple[int | None, Submission | None]:
    """Store a submission, and return its row number with the event it makes."""
    business_id, at = call.business_id, call.received_at
    session = None if given is None else _session(connection, call, given)
    profile_id = None if session is None else session.profile_id
    if profile_id is not None and suppress.count(connection, profile_id):
        return None, None
    told_by_id = _properties(call, filled)
    forms.refuse_taken(connection, business_id, profile_id, told_by_id, locale(call))
    if profile_id is None:
        profile_id = forms.make_anonymous(connection, business_id, at)
        if session is not None:
            attached = sessions.attach(
                connection,
                business_id,
                session,
                profile_id,
                at=at,
                cause="form",
                token_id=call.caller.token_id,
            )
            profile_id = attached.profile_id or profile_id
    session_id = None if session is None else session.id
    told = [(each.name, text) for each, text in filled]
    submission_id = forms.submit(
        connection, business_id, form.id, told, session_id=session_id, profile_id=profile_id, at=at
    )
    draft = EventDraft(
        business_id,
        call.caller.token_id,
        _COMPLETED.id,
        at,
        at,
        profile_id=profile_id if session_id is None else None,
        session_id=session_id,
        object_id=form.id,
        flags=int(Flag.BOT if call.is_bot else Flag.NONE),
        data=msgspec.json.encode(
            {"submission": call.encode(Kind.SUBMISSION, submission_id)}
        ).decode(),
    )
    return submission_id, _submission(call, draft)


def _submission(call: Call, draft: EventDraft) -> Submission:
    caller = call.caller

    def refusal(_: int, fault: Fault) -> dict[str, Any]:
        return rejection(
            call.request, caller.business_id, caller.token_id, fault.status, [fault], b""
        )

    return Submission(caller.business_id, caller.token_id, call.received_at, [draft], refusal)


def _find(connection: Connection, call: Call, text: str) -> forms.Form:
    found = forms.find(connection, call.business_id, text, call.decode(Kind.OBJECT, text))
    if found is None:
        raise refuse(UnknownResource("There is no form with this id in this business.", "id"))
    return found


def _session(connection: Connection, call: Call, given: Given) -> sessions.Session:
    row_id = call.decode(Kind.SESSION, given.text)
    found = sessions.find_or_create(
        connection, call.business_id, given.text, row_id, call.received_at
    )
    if found is None:
        raise refuse(
            NotFound(
                "There is no such session in this business, and one cannot begin under this id: a "
                "new session's id is a UUID or 32 letters and digits.",
                given.parameter,
            )
        )
    return found


def _properties(call: Call, filled: list[tuple[Input, str]]) -> list[tuple[int, str, str]]:
    """Return the properties that were filled in: row number, value, the input's name."""
    found = []
    for each, text in filled:
        row_id = None if each.property is None else call.decode(Kind.PROPERTY, each.property)
        if row_id is not None:
            found.append((row_id, text, each.name))
    return found


HANDLERS: Final[tuple[Any, ...]] = (get_public_form, submit_form)
