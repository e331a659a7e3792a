"""Sessions that two known people claim: kept as they are, noted once, and settled by somebody.

A conflict is open until it is settled, and while the session still belongs to another person than
the one who was named: merging the two, or taking the session from its owner, ends it by itself.
If the owner was deleted, only settling it does.

Source: contract 3.4, 5.4.
"""

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from sqlalchemy import Connection, select

from footfall.errors import Fault, NotAllowed, Refused, refuse
from footfall.store import identity_log as log
from footfall.store import merges, pages
from footfall.store.identity_log import Change, Origin
from footfall.store.pages import Bounds, Page
from footfall.store.tables import identity_log, sessions

Decision = Literal["keep", "merge"]

KINDS: Final = ("attach_conflict", "identify_conflict")
_AT_ONCE: Final = 200


class Conflict(NamedTuple):
    """A change that was not made; both profiles are those that the people go by now.

    Who was deleted is no longer there: ``None``.
    """

    change: Change
    wanted_id: int | None
    owner_id: int | None
    is_open: bool


def note(
    connection: Connection,
    business_id: int,
    kind: str,
    session_id: int,
    wanted_id: int,
    owner_id: int,
    origin: Origin,
) -> None:
    """Note that a session of another person was claimed; what is noted already is not repeated."""
    if not is_noted(connection, kind, session_id, wanted_id):
        log.record(
            connection,
            business_id,
            kind,
            origin,
            session_id=session_id,
            profile_id=wanted_id,
            other_id=owner_id,
        )


def is_noted(connection: Connection, kind: str, session_id: int, wanted_id: int) -> bool:
    """Tell whether an open conflict says that a session is this person's."""
    query = log.query_changes().where(
        identity_log.c.session_id == session_id, identity_log.c.kind == kind
    )
    found = _judge(connection, [Change._make(row) for row in connection.execute(query)])
    wanted = merges.root_of(connection, wanted_id)
    return any(each.is_open and each.wanted_id == wanted for each in found)


def find(connection: Connection, business_id: int, row_id: int) -> Conflict | None:
    """Return a conflict, open or not."""
    change = log.find(connection, business_id, row_id)
    if change is None or change.kind not in KINDS:
        return None
    return _judge(connection, [change])[0]


def page(connection: Connection, business_id: int, bounds: Bounds, faults: list[Fault]) -> Page:
    """Return a page of open conflicts, newest first.

    Raises:
        Refused: the faults given, or a bound that is no conflict.
    """
    within = (identity_log.c.business_id == business_id) & identity_log.c.kind.in_(KINDS)
    pages.check(connection, identity_log, within, bounds, faults)
    if faults:
        raise Refused(faults)
    found: list[Conflict] = []
    for conflict in _open(connection, business_id, bounds):
        found.append(conflict)
        if len(found) > bounds.limit:
            break
    has_more = len(found) > bounds.limit
    shown = found[: bounds.limit]
    return Page(shown[::-1] if bounds.before is not None else shown, has_more)


def settle(
    connection: Connection, business_id: int, row_id: int, decision: Decision, origin: Origin
) -> Conflict | None:
    """Close a conflict: leave both people as they are, or merge the claimed one into the owner.

    The owner keeps its id, as it keeps the session: what was there first stays.

    Returns:
        The conflict, or ``None`` if there is none.

    Raises:
        Refused: it was settled before, or there are no two people left to merge.
    """
    conflict = find(connection, business_id, row_id)
    if conflict is None:
        return None
    change = conflict.change
    if change.closed_by is not None:
        raise refuse(NotAllowed("This conflict is settled already.", "id"))
    merged = None
    if decision == "merge":
        if not conflict.is_open or conflict.wanted_id is None or conflict.owner_id is None:
            raise refuse(
                NotAllowed(
                    "There are no two people left to merge: one of them is gone, they are one "
                    "already, or the session has no owner. Settle it with “keep”.",
                    "decision",
                )
            )
        merged = merges.merge(
            connection, business_id, conflict.owner_id, conflict.wanted_id, origin
        )
    log.record(
        connection,
        business_id,
        "settle",
        origin,
        session_id=change.session_id,
        profile_id=change.profile_id,
        other_id=change.other_id,
        about_id=change.id,
        details={"decision": decision, **({"merge": merged} if merged is not None else {})},
    )
    return find(connection, business_id, row_id)


def _open(connection: Connection, business_id: int, bounds: Bounds) -> Iterator[Conflict]:
    """Yield open conflicts in the direction of reading."""
    rising = bounds.before is not None
    edge = bounds.before if rising else bounds.after
    row_id = identity_log.c.id
    while True:
        query = log.query_changes().where(
            identity_log.c.business_id == business_id, identity_log.c.kind.in_(KINDS)
        )
        if edge is not None:
            query = query.where(row_id > edge if rising else row_id < edge)
        query = query.order_by(row_id if rising else row_id.desc()).limit(_AT_ONCE)
        changes = [Change._make(row) for row in connection.execute(query)]
        yield from (each for each in _judge(connection, changes) if each.is_open)
        if len(changes) < _AT_ONCE:
            return
        edge = changes[-1].id


def _judge(connection: Connection, changes: list[Change]) -> list[Conflict]:
    """Return conflicts with the people they are between, and whether they still are."""
    texts = {each.session_id for each in changes if each.session_id is not None}
    query = select(sessions.c.id, sessions.c.profile_id).where(sessions.c.id.in_(texts))
    owner_of = {row.id: row.profile_id for row in connection.execute(query)}
    named = {each.profile_id for each in changes} | set(owner_of.values())
    roots = merges.roots_of(connection, [each for each in named if each is not None])
    gone = merges.deleted_of(connection, roots.values())
    found = []
    for change in changes:
        owner = owner_of.get(change.session_id)
        wanted_root = roots.get(change.profile_id) if change.profile_id is not None else None
        owner_root = roots.get(owner) if owner is not None else None
        is_open = (
            change.closed_by is None
            and owner_root not in (None, wanted_root)
            and wanted_root not in (None, *gone)
        )
        wanted_there, owner_there = (
            None if each in gone else each for each in (wanted_root, owner_root)
        )
        found.append(Conflict(change, wanted_there, owner_there, is_open))
    return found
