"""Values that only one row of a business may have: coupons' codes, unique properties.

The table's key holds that whatever two processes do at once; functions here look first, so that the
refusal can say which value it was.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection, delete, insert, select, tuple_

from footfall.domain.objects import Unique
from footfall.errors import Fault, ParameterNotUnique
from footfall.store.tables import unique_values

_CHUNK: Final = 200


def owners(
    connection: Connection, business_id: int, wanted: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """Return the row that has each (scope, value)."""
    pairs = sorted(set(wanted))
    found: dict[tuple[str, str], int] = {}
    for start in range(0, len(pairs), _CHUNK):
        query = select(unique_values.c.scope, unique_values.c.value, unique_values.c.row_id).where(
            unique_values.c.business_id == business_id,
            tuple_(unique_values.c.scope, unique_values.c.value).in_(pairs[start : start + _CHUNK]),
        )
        for scope, value, row_id in connection.execute(query):
            found[scope, value] = row_id
    return found


def assign(
    connection: Connection,
    business_id: int,
    row_id: int,
    uniques: Sequence[Unique],
    faults: list[Fault],
    members: Iterable[int] = (),
) -> list[tuple[int, str]]:
    """Give a row its values, each in the place of what it had in that scope; note taken ones.

    Args:
        members: rows that are the same as this one; what they have moves to it.

    Returns:
        Row and scope of each value that a member had.
    """
    moved = []
    taken = owners(connection, business_id, [(each.scope, each.value) for each in uniques])
    for each in uniques:
        owner = taken.get((each.scope, each.value))
        if owner is not None and owner not in (row_id, *members):
            faults.append(not_unique(each))
        elif owner != row_id:
            if owner is not None:
                release(connection, owner, [each.scope])
                moved.append((owner, each.scope))
            release(connection, row_id, [each.scope])
            connection.execute(
                insert(unique_values).values(
                    business_id=business_id, scope=each.scope, value=each.value, row_id=row_id
                )
            )
    return moved


def release(connection: Connection, row_id: int, scopes: Sequence[str]) -> None:
    """Take a row's values in some scopes from it, so that another may have them."""
    connection.execute(
        delete(unique_values).where(
            unique_values.c.scope.in_(scopes), unique_values.c.row_id == row_id
        )
    )


def not_unique(value: Unique) -> ParameterNotUnique:
    """Return the fault of a value that another row has."""
    return ParameterNotUnique(
        f"“{value.parameter}” must be unique, and another one has this value; send another value.",
        value.parameter,
    )
