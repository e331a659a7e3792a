"""The very first start: a business, a token, and commands that work when pasted."""

import shlex
from typing import NamedTuple

from sqlalchemy import text

from footfall.domain.public_ids import Kind, PublicIds
from footfall.store import businesses, invitations, members, tokens
from footfall.store.store import Store

BUSINESS_NAME = "My shop"
TOKEN_NAME = "First token"
PRODUCT_REFERENCE = "first-product"


class FirstStart(NamedTuple):
    """What the first start made; the token's text is nowhere else."""

    business_id: str
    token: str


def welcome(store: Store) -> FirstStart | None:
    """Make a business and a private token when there is no business yet."""
    with store.engines.write.begin() as connection:
        if connection.dialect.name == "postgresql":
            # Two servers starting on one empty database: the second finds the first one's.
            connection.execute(text("select pg_advisory_xact_lock(4703)"))
        if businesses.all_of(connection):
            return None
        business = businesses.create(
            connection, BUSINESS_NAME, currency="USD", timezone="UTC", country="US"
        )
        _, token = tokens.create(connection, business.id, TOKEN_NAME)
    return FirstStart(_public(store.public_ids, business.id), token)


def first_link(store: Store, url: str) -> str | None:
    """Return a link that makes the owner's account, a new one each time, while there is none."""
    with store.engines.write.begin() as connection:
        if members.are_any(connection):
            return None
        _, secret = invitations.create(connection, None, "owner", None)
    return f"{url}/dashboard/join/{secret}"


def keep_token(token: str) -> str:
    """Return the shell command after which the README's and the pages' examples find the token."""
    return f"export TOKEN={token}"


def commands(url: str, token: str) -> list[tuple[str, str]]:
    """Return (what it does, shell command) for a first tracked event.

    Each has all it needs but the profile's id, which travels through ``$PROFILE``.
    """
    profile = _curl(url, token, "/v1/profiles", '{"first_name":"Ada","email":"ada@example.org"}')
    product = _curl(
        url,
        token,
        "/v1/attribution/products",
        f'{{"name":"First product","reference":"{PRODUCT_REFERENCE}",'
        '"price":{"amount":"19.90","currency":"USD"}}',
    )
    event = (
        f"curl -sSw '\\n' {url}/v1/attribution/events \\\n"
        f"  -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\\n"
        '  -d \'{"action":"product.purchased","product":"'
        + PRODUCT_REFERENCE
        + '","profile":"\'"$PROFILE"\'"}\''
    )
    remembered = f'PROFILE=$({profile} | tee /dev/stderr | sed \'s/^{{"id":"\\([^"]*\\).*/\\1/\')'
    return [
        ("1. Create a profile", remembered),
        ("2. Create a product", product),
        ("3. Track that she bought it", event),
    ]


def _curl(url: str, token: str, path: str, body: str) -> str:
    return (
        f"curl -sSw '\\n' {url}{path} \\\n"
        f"  -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\\n"
        f"  -d {shlex.quote(body)}"
    )


def _public(ids: PublicIds, business_row: int) -> str:
    return ids[Kind.BUSINESS].encode(business_row)
