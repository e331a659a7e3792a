"""Templates → pages, each with what the browser's half needs, and with a strict policy.

The policy lets a page load its own script and style and Footfall's client, and talk to Footfall;
nothing inline runs, and nothing else is loaded.
"""

from decimal import Decimal
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Request as HttpRequest
from litestar import Response
from litestar.datastructures import MutableScopeHeaders
from litestar.exceptions import HTTPException
from litestar.types import BeforeMessageSendHookHandler, Message, Scope

from footfall.demo.customers import SOURCE
from footfall.demo.orders import Order
from footfall.demo.stock import CURRENCY, Stock
from footfall.demo.visit import Visit

CLIENT: Final = "/hellotext.js"
"""Where Footfall serves the client for browsers."""


class Pages:
    """Renders pages for visitors of one shop.

    Args:
        footfall_url: where browsers find Footfall.
        business_id: its public id there.
    """

    def __init__(self, footfall_url: str, business_id: str, stock: Stock) -> None:
        self._footfall_url = footfall_url
        self._business_id = business_id
        self._stock = stock
        self._templates = Environment(
            loader=PackageLoader("footfall.demo"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["money"] = money

    def show(
        self,
        name: str,
        visit: Visit,
        *,
        status: int = 200,
        events: list[dict[str, Any]] | None = None,
        **values: Any,
    ) -> Response[str]:
        """Return a page; ``events`` are tracked by its script when it is open."""
        customer = visit.customer
        browser = {
            "business": self._business_id,
            "apiRoot": f"{self._footfall_url}/v1",
            "customer": customer and {"reference": customer.reference, "source": SOURCE},
            "forget": bool(visit.take("forget")),
            "events": [*(visit.take("events") or []), *(events or [])],
        }
        html = self._templates.get_template(f"{name}.html.jinja").render(
            here=name,
            client=self._footfall_url + CLIENT,
            footfall_url=self._footfall_url,
            browser=browser,
            told=visit.take("told") or [],
            customer=customer,
            session=visit.session,
            is_attached=visit.is_attached,
            basket_count=sum(visit.basket.values()),
            **values,
        )
        # Each page is made for one visitor.
        headers = {"Cache-Control": "no-store"}
        return Response(html, status_code=status, media_type="text/html", headers=headers)

    def problem(self, request: HttpRequest[Any, Any, Any], problem: Exception) -> Response[str]:
        """Return the page for what went wrong; it tracks nothing of its own."""
        status, message = 500, "Something in this shop is broken; its terminal says what."
        if isinstance(problem, HTTPException):
            status, message = problem.status_code, problem.detail
        return self.show("problem", Visit(request), status=status, message=message)

    @staticmethod
    def receipt(order: Order) -> dict[str, Any]:
        """Return an order in plain values, as its page shows it."""
        lines = [
            {"name": line.product.name, "quantity": line.quantity, "total": money(line.total)}
            for line in order.lines
        ]
        return {"reference": order.reference, "lines": lines, "total": money(order.total)}


def money(amount: Decimal) -> str:
    """Return an amount in the shop's currency, for people."""
    return f"{'£' if CURRENCY == 'GBP' else CURRENCY + ' '}{amount:.2f}"


def security(footfall_url: str) -> BeforeMessageSendHookHandler:
    """Return what adds the policy to every answer, problems included."""
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' {footfall_url}",
            f"connect-src {footfall_url}",
            "style-src 'self'",
            "img-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )

    async def add(message: Message, _: Scope) -> None:
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            headers["Content-Security-Policy"] = policy
            headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
            headers["X-Content-Type-Options"] = "nosniff"

    return add
