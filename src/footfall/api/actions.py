"""``/v1/attribution/actions``, also at ``/v1/actions``: what events may say was done.

Lists show the business's own actions first and the built-in ones after them; only the former can be
changed.

Source: contract 3.18, 4.1.
"""

from collections.abc import Mapping
from typing import Any, Final

from litestar import delete, get, patch, post
from litestar.params import FromPath

from footfall.api import paging
from footfall.api.action_bodies import ANSWER, EXAMPLE, Action, ActionBody, ActionChange
from footfall.api.answers import Deleted, Listing
from footfall.api.call import Call, absent, raise_any
from footfall.api.endpoint import Endpoint, bound
from footfall.api.forms import FORM_TYPE
from footfall.api.parameters import read_flag
from footfall.domain.actions import ALIASES, BUILT_IN, SERVER_MADE, name_problem
from footfall.domain.objects import is_absent, read_text, require
from footfall.domain.public_ids import Kind
from footfall.domain.times import unix_seconds
from footfall.errors import Fault, Invalid, NotAllowed, ParameterNotUnique, refuse
from footfall.store import actions
from footfall.store.actions import ActionRow

TITLE_LENGTH: Final = 255
_PATHS: Final = ["/attribution/actions", "/actions"]
_ITEM_PATHS: Final = [path + "/{action:str}" for path in _PATHS]


_WRITES: Final[dict[str, Any]] = {
    "scope": "catalog",
    "media_types": ("application/json", FORM_TYPE),
}
_READS: Final[dict[str, Any]] = {"scope": "read", "also": ("catalog",)}


@post(
    _PATHS,
    **bound(
        Endpoint(
            "Create an action",
            answer=Action,
            body=ActionBody,
            description="Events can name it as soon as this is answered.",
            status=201,
            example=EXAMPLE,
            answer_example=ANSWER,
            **_WRITES,
        )
    ),
)
async def create_action(call: Call) -> Action:
    """Make a custom action."""
    faults: list[Fault] = []
    require(call.told, "name", "An action", faults)
    told = _read(call.told, faults)
    raise_any(faults)
    made = await call.store.write(
        lambda connection: actions.create(
            connection,
            call.business_id,
            told["name"],
            title=told.get("title"),
            is_goal=told.get("is_goal", False),
            is_passive=told.get("is_passive", True),
            at=call.received_at,
        )
    )
    return _render(call, made)


@get(
    _PATHS, **bound(Endpoint("List actions", answer=Listing[Action], query=paging.QUERY, **_READS))
)
async def list_actions(call: Call) -> Listing[Action]:
    """Answer a page of actions."""
    faults: list[Fault] = []
    bounds = paging.read_bounds(call.query, call.store.public_ids[Kind.ACTION].decode, faults)
    found, has_more = await call.store.read(
        lambda connection: actions.page(connection, call.business_id, bounds, faults)
    )
    return Listing([_render(call, action) for action in found], has_more)


@get(
    _ITEM_PATHS,
    **bound(
        Endpoint(
            "Retrieve an action", answer=Action, errors=(404,), answer_example=ANSWER, **_READS
        )
    ),
)
async def get_action(call: Call, action: FromPath[str]) -> Action:
    """Answer one action."""
    return _render(call, await _find(call, action))


@patch(
    _ITEM_PATHS,
    **bound(
        Endpoint(
            "Update an action",
            answer=Action,
            body=ActionChange,
            description="Events stored under an old name show the new one.",
            errors=(400, 404, 422),
            example={"goal": False},
            answer_example=ANSWER,
            **_WRITES,
        )
    ),
)
async def change_action(call: Call, action: FromPath[str]) -> Action:
    """Set what is told of a custom action."""
    found = await _find_own(call, action)
    faults: list[Fault] = []
    if "name" in call.told:
        require(call.told, "name", "An action", faults)
    told = _read(call.told, faults)
    raise_any(faults)
    if not told:
        return _render(call, found)
    changed = await call.store.write(
        lambda connection: actions.change(connection, call.business_id, found.id, told)
    )
    if changed is None:
        raise absent(Kind.ACTION)
    return _render(call, changed)


@delete(
    _ITEM_PATHS,
    **bound(
        Endpoint(
            "Delete an action",
            answer=Deleted,
            description="Only while no event is of it.",
            scope="catalog",
            errors=(404, 422),
            answer_example={"id": "BvYeyVYz", "deleted": True},
        )
    ),
)
async def delete_action(call: Call, action: FromPath[str]) -> Deleted:
    """Delete a custom action that no event is of."""
    found = await _find_own(call, action)
    store, business_id = call.store, call.business_id
    # Looking through all events is a reader's work; the writer only looks at the latest ones.
    is_used, latest = await store.read(
        lambda connection: actions.has_events(connection, store.index, business_id, found.id)
    )
    if is_used or not await store.write(
        lambda connection: actions.delete_unused(
            connection, business_id, found.id, latest, call.received_at
        )
    ):
        raise refuse(
            NotAllowed(f"There are events of “{found.name}”, so it cannot be deleted.", "id")
        )
    return Deleted(action)


async def _find(call: Call, text: str) -> ActionRow:
    row_id = call.row(Kind.ACTION, text)
    found = await call.store.read(
        lambda connection: actions.find(connection, call.business_id, row_id)
    )
    if found is None:
        raise absent(Kind.ACTION)
    return found


async def _find_own(call: Call, text: str) -> ActionRow:
    found = await _find(call, text)
    if found.is_built_in:
        raise refuse(NotAllowed(f"“{found.name}” is built in and stays as it is.", "id"))
    if not await call.store.read(
        lambda connection: actions.is_own(connection, call.business_id, found.id)
    ):
        raise refuse(
            NotAllowed(
                f"“{found.name}” is the live business's; change it with one of its tokens.", "id"
            )
        )
    return found


def _read(told: Mapping[str, Any], faults: list[Fault]) -> dict[str, Any]:
    """Return the columns that are told, noting every fault."""
    name = told.get("name")
    values: dict[str, Any] = {
        "title": read_text(told, "title", faults, limit=TITLE_LENGTH),
        "is_goal": read_flag(told, "goal", faults),
        "is_passive": read_flag(told, "passive", faults),
    }
    if not is_absent(name):
        values["name"] = name
        _check_name(name, faults)
    return {column: value for column, value in values.items() if value is not None}


def _check_name(name: object, faults: list[Fault]) -> None:
    if not isinstance(name, str):
        faults.append(Invalid("“name” must be a text such as appointment.booked.", "name"))
        return
    problem = name_problem(name)
    if problem is not None:
        is_taken = name in BUILT_IN or name in ALIASES or name in SERVER_MADE
        faults.append((ParameterNotUnique if is_taken else Invalid)(problem, "name"))


def _render(call: Call, action: ActionRow) -> Action:
    return Action(
        id=call.encode(Kind.ACTION, action.id),
        name=action.name,
        title=action.title,
        goal=action.is_goal,
        passive=action.is_passive,
        built_in=action.is_built_in,
        created_at=unix_seconds(action.created_at),
    )


HANDLERS: Final[tuple[Any, ...]] = (
    create_action,
    list_actions,
    get_action,
    change_action,
    delete_action,
)
