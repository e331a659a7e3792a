"""Members: people who log in, and what each may do in which business."""

from typing import Final, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from footfall.domain.times import now_us
from footfall.store.tables import businesses, members, memberships, web_sessions

ROLES: Final = ("owner", "developer", "analyst")
"""What members may do: everything; tokens and settings; look."""


class Member(NamedTuple):
    """A member's row; ``language`` is ISO 639-1, ``None``: as the browser asks."""

    id: int
    email: str
    name: str
    password: str
    language: str | None
    created_at: int


class Membership(NamedTuple):
    """A business and what a member may do in it."""

    business_id: int
    business_name: str
    role: str


class Colleague(NamedTuple):
    """A member of a business, as the others see it."""

    id: int
    email: str
    name: str
    role: str
    created_at: int


_COLUMNS = tuple(members.c[name] for name in Member._fields)


def create(connection: Connection, email: str, name: str, password: str) -> Member:
    """Make a member with a normal e-mail address and a hashed password, both checked before."""
    row = connection.execute(
        insert(members)
        .values(email=email, name=name, password=password, created_at=now_us())
        .returning(*_COLUMNS)
    ).one()
    return Member._make(row)


def find(connection: Connection, member_id: int) -> Member | None:
    """Return a member by row number."""
    row = connection.execute(select(*_COLUMNS).where(members.c.id == member_id)).first()
    return None if row is None else Member._make(row)


def find_by_email(connection: Connection, email: str) -> Member | None:
    """Return a member by the normal form of an e-mail address."""
    row = connection.execute(select(*_COLUMNS).where(members.c.email == email)).first()
    return None if row is None else Member._make(row)


def are_any(connection: Connection) -> bool:
    """Tell whether there is any member at all."""
    return connection.execute(select(members.c.id).limit(1)).first() is not None


def join(connection: Connection, member_id: int, business_id: int, role: str) -> None:
    """Let a member into a business; who is in it already gets the role."""
    leave(connection, member_id, business_id)
    connection.execute(
        insert(memberships).values(
            member_id=member_id, business_id=business_id, role=role, created_at=now_us()
        )
    )


def leave(connection: Connection, member_id: int, business_id: int) -> None:
    """Take a member out of a business, at once; who is not in it stays so."""
    connection.execute(
        delete(memberships).where(
            memberships.c.member_id == member_id, memberships.c.business_id == business_id
        )
    )


def memberships_of(connection: Connection, member_id: int) -> list[Membership]:
    """Return the businesses of a member, oldest first."""
    query = (
        select(memberships.c.business_id, businesses.c.name, memberships.c.role)
        .join(businesses, businesses.c.id == memberships.c.business_id)
        .where(memberships.c.member_id == member_id)
        .order_by(memberships.c.business_id)
    )
    return [Membership._make(row) for row in connection.execute(query)]


def all_of(connection: Connection, business_id: int) -> list[Colleague]:
    """Return the members of a business, oldest first."""
    query = (
        select(
            members.c.id, members.c.email, members.c.name, memberships.c.role, members.c.created_at
        )
        .join(memberships, memberships.c.member_id == members.c.id)
        .where(memberships.c.business_id == business_id)
        .order_by(members.c.id)
    )
    return [Colleague._make(row) for row in connection.execute(query)]


def owners_count(connection: Connection, business_id: int) -> int:
    """Return how many owners a business has."""
    query = select(func.count()).where(
        memberships.c.business_id == business_id, memberships.c.role == "owner"
    )
    return connection.execute(query).scalar_one()


def set_language(connection: Connection, member_id: int, language: str) -> None:
    """Remember in which language a member reads."""
    connection.execute(update(members).where(members.c.id == member_id).values(language=language))


def set_password(connection: Connection, member_id: int, password: str) -> None:
    """Give a member another hashed password and end all its sessions."""
    connection.execute(update(members).where(members.c.id == member_id).values(password=password))
    connection.execute(delete(web_sessions).where(web_sessions.c.member_id == member_id))
