"""Actions of a business: its own beside the built-in ones, which are rows too and never change."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update

from footfall.domain.actions import BUILT_IN, FIRST_CUSTOM_ID, Action
from footfall.errors import Fault, ParameterNotUnique, Refused
from footfall.store import pages, released
from footfall.store.event_index import EventIndex
from footfall.store.events import EventFilter
from footfall.store.events import page as page_of_events
from footfall.store.facts import changed
from footfall.store.pages import Bounds
from footfall.store.tables import actions, businesses, events


class ActionRow(NamedTuple):
    """An action's row."""

    id: int
    name: str
    title: str | None
    is_goal: bool
    is_passive: bool
    created_at: int

    @property
    def is_built_in(self) -> bool:
        return self.id < FIRST_CUSTOM_ID


_COLUMNS = tuple(actions.c[name] for name in ActionRow._fields)


def by_name(connection: Connection, business_id: int) -> dict[str, Action]:
    """Return every action a business may track, by name; the test side knows the live ones too."""
    query = select(*_COLUMNS).where(_is_shared_with(business_id), actions.c.deleted_at.is_(None))
    # Its own one wins over the live one of the same name.
    own_last = query.order_by(actions.c.business_id == business_id, actions.c.id)
    rows = [ActionRow._make(row) for row in connection.execute(own_last)]
    return {**BUILT_IN, **{row.name: _action(row) for row in rows}}


def find(connection: Connection, business_id: int, action_id: int) -> ActionRow | None:
    """Return a built-in action or one of the business's own."""
    query = select(*_COLUMNS).where(
        actions.c.id == action_id, _known_to(business_id), actions.c.deleted_at.is_(None)
    )
    row = connection.execute(query).first()
    return ActionRow._make(row) if row is not None else None


def is_own(connection: Connection, business_id: int, action_id: int) -> bool:
    """Tell whether an action is the business's to change: the test side only sees the live ones."""
    query = select(actions.c.id).where(
        actions.c.id == action_id, actions.c.business_id == business_id
    )
    return connection.execute(query).first() is not None


def page(
    connection: Connection, business_id: int, bounds: Bounds, faults: list[Fault]
) -> tuple[list[ActionRow], bool]:
    """Return a page of actions, the newest own one first and the built-in ones last.

    Raises:
        Refused: the faults given, or a bound that is no action.
    """
    within = _known_to(business_id)
    pages.check(connection, actions, within, bounds, faults)
    if faults:
        raise Refused(faults)
    query = select(*_COLUMNS).where(within, actions.c.deleted_at.is_(None))
    rows, has_more = pages.newest_first(connection, query, actions.c.id, bounds)
    return [ActionRow._make(row) for row in rows], has_more


def create(
    connection: Connection,
    business_id: int,
    name: str,
    *,
    title: str | None,
    is_goal: bool,
    is_passive: bool,
    at: int,
) -> ActionRow:
    """Make a custom action.

    Raises:
        Refused: the business has one of that name.
    """
    _refuse_taken(connection, business_id, name)
    row = connection.execute(
        insert(actions)
        .values(
            business_id=business_id,
            name=name,
            title=title,
            is_goal=is_goal,
            is_passive=is_passive,
            created_at=at,
        )
        .returning(*_COLUMNS)
    ).one()
    _note_change(connection, business_id)
    return ActionRow._make(row)


def change(
    connection: Connection, business_id: int, action_id: int, values: dict[str, Any]
) -> ActionRow | None:
    """Set columns of a custom action, at least one; ``None`` when it is gone.

    Raises:
        Refused: the business has another one of the new name.
    """
    if "name" in values:
        _refuse_taken(connection, business_id, values["name"], action_id)
    row = connection.execute(
        update(actions)
        .where(
            actions.c.id == action_id,
            actions.c.business_id == business_id,
            actions.c.deleted_at.is_(None),
        )
        .values(**values)
        .returning(*_COLUMNS)
    ).first()
    _note_change(connection, business_id)
    return ActionRow._make(row) if row is not None else None


def has_events(
    connection: Connection, index: EventIndex, business_id: int, action_id: int
) -> tuple[bool, int]:
    """Tell whether any event is of this action, and up to which row number that was looked at."""
    latest = connection.execute(select(func.coalesce(func.max(events.c.id), 0))).scalar_one()
    wanted = EventFilter(business_id, action_id=action_id)
    has_any = bool(page_of_events(connection, index, wanted, 1))
    return has_any or released.has_any(connection, business_id, action_id), latest


def delete_unused(
    connection: Connection, business_id: int, action_id: int, latest: int, at: int
) -> bool:
    """Delete a custom action unless an event later than ``latest`` names it; tell whether it went.

    The row stays: an event on its way in another process may still point at it.
    """
    query = select(events.c.id).where(
        events.c.id > latest,
        events.c.business_id == business_id,
        events.c.action_id == action_id,
    )
    if connection.execute(query.limit(1)).first() is not None:
        return False
    change(connection, business_id, action_id, {"deleted_at": at})
    return True


def _known_to(business_id: int) -> ColumnElement[bool]:
    return or_(_is_shared_with(business_id), actions.c.business_id.is_(None))


def _is_shared_with(business_id: int) -> ColumnElement[bool]:
    live = select(businesses.c.test_of).where(businesses.c.id == business_id).scalar_subquery()
    return or_(actions.c.business_id == business_id, actions.c.business_id == live)


def _note_change(connection: Connection, business_id: int) -> None:
    changed(connection, "actions", business_id)
    query = select(businesses.c.id).where(businesses.c.test_of == business_id)
    for twin_id in connection.execute(query).scalars():
        changed(connection, "actions", twin_id)


def _refuse_taken(
    connection: Connection, business_id: int, name: str, but: int | None = None
) -> None:
    query = select(actions.c.id).where(
        _is_shared_with(business_id),
        actions.c.name == name,
        actions.c.deleted_at.is_(None),
    )
    if connection.execute(query).scalar() not in (None, but):
        raise Refused(
            [ParameterNotUnique(f"There is an action “{name}” already; choose another.", "name")]
        )


def _action(row: ActionRow) -> Action:
    return Action(row.id, row.name, is_goal=row.is_goal, is_passive=row.is_passive, title=row.title)
