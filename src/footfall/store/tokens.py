"""Private tokens: made, listed, revoked, rotated, and found by digest. Never their text."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, or_, select, update

from footfall.domain import tokens as text_rules
from footfall.domain.times import now_us
from footfall.store.facts import Caller, changed
from footfall.store.tables import businesses, tokens


class Token(NamedTuple):
    """A token's row without its digest; times in microseconds UTC."""

    id: int
    business_id: int
    name: str
    prefix: str
    scopes: list[str]
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    last_used_at: int | None
    rotated_from: int | None


_COLUMNS = tuple(tokens.c[name] for name in Token._fields)


def create(
    connection: Connection,
    business_id: int,
    name: str,
    *,
    scopes: Iterable[str] = ("admin",),
    expires_at: int | None = None,
    rotated_from: int | None = None,
) -> tuple[Token, str]:
    """Make a token; return its row and its text, which is kept nowhere."""
    text = text_rules.generate()
    row = connection.execute(
        insert(tokens)
        .values(
            business_id=business_id,
            name=name,
            digest=text_rules.digest(text),
            prefix=text_rules.display_prefix(text),
            scopes=sorted(scopes),
            created_at=now_us(),
            expires_at=expires_at,
            rotated_from=rotated_from,
        )
        .returning(*_COLUMNS)
    ).one()
    return Token(*row), text


def all_of(connection: Connection, business_id: int | None = None) -> list[Token]:
    """Return the tokens of a business, or of all, newest first."""
    query = select(*_COLUMNS).order_by(tokens.c.id.desc())
    if business_id is not None:
        query = query.where(tokens.c.business_id == business_id)
    return [Token(*row) for row in connection.execute(query)]


def find(connection: Connection, token_id: int) -> Token | None:
    """Return a token by row number."""
    row = connection.execute(select(*_COLUMNS).where(tokens.c.id == token_id)).first()
    return Token(*row) if row is not None else None


def find_by_text(connection: Connection, text: str) -> Token | None:
    """Return a token, also a revoked one, by its whole text."""
    query = select(*_COLUMNS).where(tokens.c.digest == text_rules.digest(text))
    row = connection.execute(query).first()
    return Token(*row) if row is not None else None


def revoke(connection: Connection, token_id: int) -> Token | None:
    """Revoke a token for good; again is no change. Refused everywhere within a second."""
    connection.execute(
        update(tokens)
        .where(tokens.c.id == token_id, tokens.c.revoked_at.is_(None))
        .values(revoked_at=now_us())
    )
    changed(connection, "token", token_id)
    return find(connection, token_id)


def expire(connection: Connection, token_id: int, expires_at: int) -> None:
    """Let a token end at a time, unless it ends earlier anyway."""
    connection.execute(
        update(tokens)
        .where(
            tokens.c.id == token_id,
            or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > expires_at),
        )
        .values(expires_at=expires_at)
    )
    changed(connection, "token", token_id)


def rotate(connection: Connection, old: Token, overlap_us: int) -> tuple[Token, str]:
    """Make a successor that may do the same; the old token ends after the overlap.

    Rotated again, it gets a second successor that ends when the first does, not with the overlap.
    """
    made = create(
        connection,
        old.business_id,
        old.name,
        scopes=old.scopes,
        expires_at=_own_end(connection, old),
        rotated_from=old.id,
    )
    expire(connection, old.id, now_us() + overlap_us)
    return made


def _own_end(connection: Connection, token: Token) -> int | None:
    """Return when a token was to end before it was rotated: its first successor took that over."""
    while True:
        row = connection.execute(
            select(*_COLUMNS)
            .where(tokens.c.rotated_from == token.id)
            .order_by(tokens.c.id)
            .limit(1)
        ).first()
        if row is None:
            return token.expires_at
        token = Token(*row)


def find_caller(connection: Connection, digest: bytes) -> Caller | None:
    """Return who a token's digest stands for, unless revoked; expiry is left to be checked."""
    query = (
        select(
            tokens.c.business_id,
            tokens.c.id,
            tokens.c.scopes,
            tokens.c.expires_at,
            businesses.c.currency,
            businesses.c.country,
        )
        .join(businesses, businesses.c.id == tokens.c.business_id)
        .where(tokens.c.digest == digest, tokens.c.revoked_at.is_(None))
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    business_id, token_id, scopes, expires_at, currency, country = row
    return Caller(business_id, token_id, frozenset(scopes), expires_at, currency, country)


def used(connection: Connection, at_by_token: dict[int, int]) -> None:
    """Note when tokens were last used."""
    values: list[dict[str, Any]] = [
        {"token": token_id, "at": at} for token_id, at in sorted(at_by_token.items())
    ]
    for each in values:
        connection.execute(
            update(tokens).where(tokens.c.id == each["token"]).values(last_used_at=each["at"])
        )
