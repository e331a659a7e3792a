"""What API tests share: a server, and businesses and tokens made beside it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest
from sqlalchemy import select

from footfall.domain.public_ids import Kind, PublicIds
from footfall.store import businesses, tokens
from footfall.store.engine import Engines, open_engines
from footfall.store.tables import installation
from tests.api.shop import Shop, unique
from tests.server import Server


@pytest.fixture(scope="module")
def shop(module_server: Server) -> Shop:
    """The business the server made at its first start."""
    return Shop(module_server.business_id, module_server.client)


@pytest.fixture(scope="module")
def beside(module_server: Server) -> Iterator[Engines]:
    """The server's database, opened beside it as the command line does."""
    engines = open_engines(module_server.database_url)
    yield engines
    engines.dispose()


@pytest.fixture(scope="module")
def public_ids(beside: Engines) -> PublicIds:
    """The ids of the server's installation."""
    query = select(installation.c.value).where(installation.c.name == "public_id_secret")
    with beside.read.begin() as connection:
        return PublicIds(bytes.fromhex(connection.execute(query).scalar_one()))


@pytest.fixture(scope="module")
def client_of(
    module_server: Server, beside: Engines, public_ids: PublicIds
) -> Iterator[Callable[..., httpx.Client]]:
    """Makes a client with a new token of a business: of all scopes, or of those given."""
    with ExitStack() as stack:

        def client(business_id: str, *scopes: str) -> httpx.Client:
            row_id = public_ids[Kind.BUSINESS].decode(business_id)
            assert row_id is not None
            with beside.write.begin() as connection:
                token = tokens.create(connection, row_id, "test", scopes=scopes or ("admin",))[1]
            headers = {"Authorization": f"Bearer {token}"}
            return stack.enter_context(httpx.Client(base_url=module_server.url, headers=headers))

        yield client


@pytest.fixture(scope="module")
def new_shop(
    beside: Engines, public_ids: PublicIds, client_of: Callable[..., httpx.Client]
) -> Callable[..., Shop]:
    """Makes a business with nothing in it."""

    def make(country: str = "US") -> Shop:
        with beside.write.begin() as connection:
            business = businesses.create(
                connection, unique("Shop "), currency="USD", timezone="UTC", country=country
            )
        business_id = public_ids[Kind.BUSINESS].encode(business.id)
        return Shop(business_id, client_of(business_id))

    return make


@pytest.fixture(scope="module")
def stranger(new_shop: Callable[..., Shop]) -> Shop:
    """Another business on the same server."""
    return new_shop()
