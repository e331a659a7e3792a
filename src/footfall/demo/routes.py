"""The shop's pages: plain forms and links, with a script only for what Footfall's client does.

``build`` makes the application. After a change every form leads to a page by 303, so that loading
it again repeats nothing, and that page shows what was told to Footfall meanwhile.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from importlib.resources import files
from typing import Final

from litestar import Controller, Litestar, Response, get, post
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotFoundException
from litestar.middleware.session.server_side import ServerSideSessionConfig
from litestar.types import Scope

from footfall.demo.api import Footfall
from footfall.demo.basket import QUANTITY_MAX, change_of, lines_of, total_of
from footfall.demo.customers import CUSTOMERS
from footfall.demo.journey import steps_of
from footfall.demo.outbox import Outbox
from footfall.demo.pages import security
from footfall.demo.prepare import Prepared
from footfall.demo.shop import Shop
from footfall.demo.stock import Stock
from footfall.demo.visit import HttpRequest, Visit

Page = Response[str]
Done = Response[bytes]

STATIC: Final = {"shop.css": "text/css", "shop.js": "text/javascript", "icon.svg": "image/svg+xml"}
_DAY_S: Final = 86_400
_log: Final = logging.getLogger(__name__)


def build(footfall: Footfall, stock: Stock, prepared: Prepared) -> Litestar:
    """Return the shop as an application."""
    outbox = Outbox(footfall)
    shop = Shop(footfall, outbox, stock, prepared)

    def the_shop() -> Shop:
        return shop

    @contextlib.asynccontextmanager
    async def sending(_: Litestar) -> AsyncIterator[None]:
        task = asyncio.create_task(outbox.run())
        yield
        task.cancel()

    # Lax keeps other sites' forms from posting here under the visitor's name.
    kept = ServerSideSessionConfig(key="shop", max_age=_DAY_S, httponly=True, samesite="lax")
    return Litestar(
        [Browsing, Buying, Account, static],
        dependencies={
            "shop": Provide(the_shop, sync_to_thread=False),
            "visit": Provide(Visit, sync_to_thread=False),
        },
        middleware=[kept.middleware],
        before_send=[security(footfall.url)],
        exception_handlers={Exception: shop.pages.problem},
        after_exception=[_note],
        lifespan=[sending],
        openapi_config=None,
        logging_config=None,
    )


class Browsing(Controller):
    """What there is."""

    @get("/")
    async def home(self, shop: Shop, visit: Visit) -> Page:
        return shop.pages.show("home", visit, categories=shop.stock.categories())

    @get("/products/{slug:str}")
    async def product(self, shop: Shop, visit: Visit, slug: str) -> Page:
        found = shop.product(slug)
        # Tracked by the page itself: a page that was only fetched in advance was not seen.
        event = {"action": "product.viewed", "object": found.slug}
        more = shop.stock.bought_with(found)
        return shop.pages.show("product", visit, product=found, more=more, events=[event])


class Buying(Controller):
    """Basket and orders."""

    @get("/cart")
    async def cart(self, shop: Shop, visit: Visit) -> Page:
        lines = lines_of(visit.basket, shop.stock)
        return shop.pages.show("cart", visit, lines=lines, total=total_of(lines))

    @post("/cart")
    async def change_cart(self, request: HttpRequest, shop: Shop, visit: Visit) -> Done:
        form = await request.form()
        product, told = shop.product(str(form.get("product", ""))), str(form.get("quantity", ""))
        before = visit.basket.get(product.slug, 0)
        # A number sets how many there are; none, as from a product's page, adds one.
        wanted = int(told) if told.isascii() and told.isdigit() else before + 1
        now = visit.put(product.slug, min(wanted, QUANTITY_MAX))
        if now != before:
            visit.have_tracked(change_of(visit.basket_id, product, before, now))
        return _see("/cart")

    @post("/orders")
    async def buy(self, shop: Shop, visit: Visit) -> Done:
        reference = await shop.buy(visit)
        return _see("/cart" if reference is None else f"/orders/{reference}")

    @get("/orders/{reference:str}")
    async def order(self, shop: Shop, visit: Visit, reference: str) -> Page:
        if reference not in visit.orders:
            raise NotFoundException("There is no such order in this visit.")
        return shop.pages.show("order", visit, order=visit.orders[reference])


class Account(Controller):
    """Who the visitor is, and what Footfall knows of it."""

    @get("/login")
    async def login(self, shop: Shop, visit: Visit) -> Page:
        return shop.pages.show("login", visit, customers=CUSTOMERS, email="", is_unknown=False)

    @post("/login", status_code=200)
    async def log_in(self, request: HttpRequest, shop: Shop, visit: Visit) -> Page | Done:
        email = str((await request.form()).get("email", ""))[:254]
        if await shop.log_in(visit, email):
            return _see("/journey")
        return shop.pages.show(
            "login", visit, status=422, customers=CUSTOMERS, email=email, is_unknown=True
        )

    @post("/logout")
    async def log_out(self, visit: Visit) -> Done:
        visit.log_out()
        return _see("/")

    @get("/journey")
    async def journey(self, shop: Shop, visit: Visit) -> Page:
        exchange, events = await shop.journey(visit)
        steps = steps_of(events, is_known=visit.customer is not None)
        return shop.pages.show("journey", visit, exchange=exchange, steps=steps)


@get("/static/{name:str}")
async def static(name: str) -> Response[bytes]:
    """Answer one of the files that the pages need."""
    if name not in STATIC:
        raise NotFoundException("There is no such file.")
    content = files("footfall.demo").joinpath("static", name).read_bytes()
    return Response(content, media_type=STATIC[name], headers={"Cache-Control": "no-cache"})


async def _note(problem: Exception, scope: Scope) -> None:
    if not isinstance(problem, HTTPException):
        _log.error("%s failed", scope["path"], exc_info=problem)


def _see(path: str) -> Done:
    return Response(b"", status_code=303, headers={"Location": path})
