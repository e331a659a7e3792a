"""A server for the tests of a module, whose owner is logged in.

On SQLite; what PostgreSQL does otherwise is tested with the store.
"""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.dashboard.somebody import Somebody, first_link
from tests.server import Server, serving

OWNER = "owner@shop.example"


class Shop(NamedTuple):
    """The owner's browser, and the path of the business."""

    server: Server
    owner: Somebody
    home: str

    def invite(self, role: str) -> str:
        """Return a link that the owner made."""
        self.owner.open(f"{self.home}/members")
        self.owner.submit(f"{self.home}/members/invite", role=role)
        return self.owner.secret


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    data = tmp_path_factory.mktemp("data")
    with serving(f"sqlite:///{data / 'footfall.db'}", data) as server, Somebody(server) as owner:
        more = {"business": "Small Things", "currency": "UYU", "timezone": "America/Montevideo"}
        owner.join(first_link(server), OWNER, **more)
        yield Shop(server, owner, owner.home)
