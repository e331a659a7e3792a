"""One server, one shop beside it and one Chromium for the tests of a module; each has its visitor.

Starting them takes longer than most of the tests. They end with the module, since an open browser
keeps the event loop of the process from others. Each visitor has a session of its own, and what a
test reads from the store it reads of that session.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.bare import BarePages
from tests.browser.chromium import open_browser
from tests.browser.visitor import Visitor, visiting
from tests.server import Server, serving
from tests.shop import DemoShop, open_shop


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on SQLite; no database has a part in what browsers do."""
    data = tmp_path_factory.mktemp("data")
    with serving(f"sqlite:///{data / 'footfall.db'}", data) as started:
        yield started


@pytest.fixture(scope="module")
def shop(server: Server) -> Iterator[DemoShop]:
    with open_shop(server) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as chromium:
        yield chromium


@pytest.fixture
def visitor(browser: Browser, shop: DemoShop, server: Server) -> Iterator[Visitor]:
    """Somebody with a browser of their own, on the shop's address by number."""
    with visiting(browser, shop.url, server) as somebody:
        yield somebody


@pytest.fixture(scope="module")
def bare(server: Server) -> Iterator[BarePages]:
    """Pages of a site that has nothing but the client."""
    with BarePages(server) as pages:
        yield pages


@pytest.fixture
def guest(browser: Browser, bare: BarePages, server: Server) -> Iterator[Visitor]:
    """Somebody at one of the bare pages."""
    with visiting(browser, bare.url, server) as somebody:
        yield somebody
