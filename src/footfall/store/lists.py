"""Lists of profiles: named, with fixed members.

Source: contract 3.20, 3.10 (``lists`` of a profile).
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, delete, insert, select, update

from footfall.errors import Fault, ParameterNotUnique, Refused, refuse
from footfall.store import pages
from footfall.store.pages import Bounds
from footfall.store.tables import list_members, lists, profiles

_CHUNK: Final = 500


class ListRow(NamedTuple):
    """A list's row."""

    id: int
    name: str
    created_at: int
    updated_at: int


_COLUMNS = tuple(lists.c[name] for name in ListRow._fields)


def find(connection: Connection, business_id: int, row_id: int) -> ListRow | None:
    """Return a list, unless it is deleted or another business's."""
    row = connection.execute(_all_of(business_id).where(lists.c.id == row_id)).first()
    return ListRow._make(row) if row is not None else None


def page(
    connection: Connection, business_id: int, bounds: Bounds, faults: list[Fault]
) -> tuple[list[ListRow], bool]:
    """Return a page of lists, newest first, and whether there are more.

    Raises:
        Refused: the faults given, or a bound that is no list.
    """
    pages.check(connection, lists, lists.c.business_id == business_id, bounds, faults)
    if faults:
        raise Refused(faults)
    rows, has_more = pages.newest_first(connection, _all_of(business_id), lists.c.id, bounds)
    return [ListRow._make(row) for row in rows], has_more


def create(connection: Connection, business_id: int, name: str, at: int) -> ListRow:
    """Make a list without members.

    Raises:
        Refused: there is one of that name.
    """
    _refuse_taken(connection, business_id, name)
    return _insert(connection, business_id, name, at)


def rename(
    connection: Connection, business_id: int, row_id: int, name: str, at: int
) -> ListRow | None:
    """Rename a list; ``None`` when it is gone.

    Raises:
        Refused: another one has that name.
    """
    if find(connection, business_id, row_id) is None:
        return None
    _refuse_taken(connection, business_id, name, row_id)
    row = connection.execute(
        update(lists)
        .where(_is(business_id, row_id))
        .values(name=name, updated_at=at)
        .returning(*_COLUMNS)
    ).first()
    return ListRow._make(row) if row is not None else None


def remove(connection: Connection, business_id: int, row_id: int, at: int) -> bool:
    """Delete a list and take its members off; tell whether there was one."""
    gone = connection.execute(
        update(lists).where(_is(business_id, row_id)).values(deleted_at=at, updated_at=at)
    ).rowcount
    if gone:
        connection.execute(delete(list_members).where(list_members.c.list_id == row_id))
    return bool(gone)


def names(
    connection: Connection, business_id: int, told: Sequence[tuple[str, int | None]]
) -> list[str]:
    """Return the names of lists told by id or by name; an id wins over a name like it.

    Args:
        told: (text, row number if the text could be a public id).
    """
    wanted = {row_id for _, row_id in told if row_id is not None}
    if not wanted:
        return [text for text, _ in told]
    query = _all_of(business_id).where(lists.c.id.in_(wanted))
    known = {row.id: row.name for row in connection.execute(query)}
    return [known.get(row_id, text) for text, row_id in told]


def join(
    connection: Connection, business_id: int, profile_id: int, wanted: Sequence[str], at: int
) -> None:
    """Put a profile on lists by name, made when missing; it leaves none."""
    if not wanted:
        return
    known = _by_name(connection, business_id, wanted)
    for name in dict.fromkeys(wanted):
        if name not in known:
            known[name] = _insert(connection, business_id, name, at).id
    there = select(list_members.c.list_id).where(list_members.c.profile_id == profile_id)
    new = sorted(set(known.values()) - set(connection.execute(there).scalars()))
    if new:
        connection.execute(
            insert(list_members),
            [{"profile_id": profile_id, "list_id": each, "created_at": at} for each in new],
        )


def replace(
    connection: Connection, business_id: int, profile_id: int, wanted: Sequence[str], at: int
) -> None:
    """Put a profile on lists by name, and take it off all others."""
    join(connection, business_id, profile_id, wanted, at)
    kept = set(_by_name(connection, business_id, wanted).values())
    connection.execute(
        delete(list_members).where(
            list_members.c.profile_id == profile_id, list_members.c.list_id.not_in(kept)
        )
    )


def members(list_id: int) -> Select[tuple[int]]:
    """Return the query of the profiles on a list, deleted ones left out with their membership."""
    return select(list_members.c.profile_id).where(list_members.c.list_id == list_id)


def people(list_id: int) -> Select[Any]:
    """Return the query of the people on a list: by themselves or by who was merged into them."""
    on_it = select(profiles.c.id, profiles.c.merged_into).where(profiles.c.id.in_(members(list_id)))
    up = on_it.cte("people_on_a_list", recursive=True)
    up = up.union(
        select(profiles.c.id, profiles.c.merged_into).join(up, profiles.c.id == up.c.merged_into)
    )
    return select(up.c.id)


def leave_all(connection: Connection, profile_ids: Sequence[int]) -> None:
    """Take profiles off every list."""
    connection.execute(delete(list_members).where(list_members.c.profile_id.in_(profile_ids)))


def of_profiles(connection: Connection, profile_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the names of the lists that profiles are on, in the order they joined."""
    found: dict[int, list[str]] = {}
    for start in range(0, len(profile_ids), _CHUNK):
        query = (
            select(list_members.c.profile_id, lists.c.name)
            .join(lists, lists.c.id == list_members.c.list_id)
            .where(
                list_members.c.profile_id.in_(profile_ids[start : start + _CHUNK]),
                lists.c.deleted_at.is_(None),
            )
            .order_by(list_members.c.created_at, lists.c.name)
        )
        for row in connection.execute(query):
            found.setdefault(row.profile_id, []).append(row.name)
    return found


def _all_of(business_id: int) -> Select[Any]:
    return select(*_COLUMNS).where(lists.c.business_id == business_id, lists.c.deleted_at.is_(None))


def _is(business_id: int, row_id: int) -> Any:
    return (
        (lists.c.id == row_id) & (lists.c.business_id == business_id) & lists.c.deleted_at.is_(None)
    )


def _by_name(connection: Connection, business_id: int, wanted: Sequence[str]) -> dict[str, int]:
    query = _all_of(business_id).where(lists.c.name.in_(wanted))
    return {row.name: row.id for row in connection.execute(query)}


def _insert(connection: Connection, business_id: int, name: str, at: int) -> ListRow:
    row = connection.execute(
        insert(lists)
        .values(business_id=business_id, name=name, created_at=at, updated_at=at)
        .returning(*_COLUMNS)
    ).one()
    return ListRow._make(row)


def _refuse_taken(
    connection: Connection, business_id: int, name: str, but: int | None = None
) -> None:
    if _by_name(connection, business_id, [name]).get(name) not in (None, but):
        raise refuse(
            ParameterNotUnique(f"There is a list “{name}” already; choose another name.", "name")
        )
