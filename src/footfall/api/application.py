"""All routes → one Litestar application; built once, by ``footfall.app``.

The framework finds the handler and turns its answer into bytes. Authentication, bodies and errors
are ours, so that they are the same here and on the hot path; what the framework would add on its
own (documents, logs, error pages) is switched off.
"""

from typing import Any, Final

from litestar import Litestar, Router
from litestar import Request as HttpRequest
from litestar.di import Provide
from litestar.types import HTTPScope, Message, Send

from footfall.api import (
    actions,
    apps,
    attribution_settings,
    browser_client,
    business,
    carts,
    conflicts,
    conversions,
    coupons,
    credit,
    deliveries,
    events,
    forms_resource,
    identifications,
    identity_log,
    instances,
    integrations,
    items,
    journeys,
    ledger,
    link_stats,
    links,
    lists,
    open_link,
    orders,
    paths,
    people,
    products,
    profiles,
    properties,
    public_acks,
    public_businesses,
    public_forms,
    reference,
    refunds,
    rejections,
    sessions,
    sql,
    structures,
    variants,
)
from footfall.api.call import TRACE, Call, Reception, Trace
from footfall.api.refusals import Refusals
from footfall.domain.masking import mask_text
from footfall.domain.times import now_us
from footfall.ingest.limits import Limits
from footfall.ingest.refuse import Request
from footfall.lake.late import Late
from footfall.lake.sql import Runner
from footfall.ops.counters import Counters
from footfall.ops.request_ids import request_id
from footfall.settings import Settings
from footfall.store.store import Store

PREFIX: Final = "/v1"
RESOURCES: Final = (
    profiles,
    people,
    identity_log,
    conflicts,
    lists,
    properties,
    sessions,
    products,
    variants,
    orders,
    items,
    carts,
    coupons,
    refunds,
    apps,
    forms_resource,
    structures,
    instances,
    actions,
    events,
    links,
    link_stats,
    deliveries,
    sql,
    credit,
    attribution_settings,
    paths,
    journeys,
    conversions,
    rejections,
    ledger,
    business,
    identifications,
    public_acks,
    public_businesses,
    public_forms,
    integrations,
)
_METHOD_LENGTH: Final = 8


class Api(Litestar):
    """The application, with every path of ``/v1`` also without that prefix (contract 2.1).

    Attributes:
        resources: the first words that paths have after ``/v1``.
    """

    resources: frozenset[str] = frozenset()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request, under an id that its answer carries."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        trace = Trace(_request(scope))
        path = scope["path"]
        if _first_word(path) in self.resources:
            path = PREFIX + path
        # The listener leaves out the body of what it was asked for by HEAD.
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        state = {**scope.get("state", {}), TRACE: trace}
        begun = {**scope, "method": method, "path": path, "state": state}
        await super().__call__(begun, receive, _carrying(send, trace.request.id))  # type: ignore[arg-type]


def build(
    store: Store,
    settings: Settings,
    limits: Limits,
    counters: Counters,
    lake: Late,
    runner: Runner,
) -> Api:
    """Return the application: the resources below ``/v1``, tracked links, and the pages."""
    refusals = Refusals(store)
    reception = Reception(store, settings, limits, lake, runner)

    # A plain function: the framework copies its handlers, and would copy a method's object too.
    async def opened(request: HttpRequest[Any, Any, Any]) -> Call:
        return await reception.open(request)

    v1 = Router(
        PREFIX,
        route_handlers=[handler for resource in RESOURCES for handler in resource.HANDLERS],
        dependencies={"call": Provide(opened)},
    )
    api = Api(
        [
            v1,
            *open_link.routes(store, settings, limits, counters),
            *reference.routes(settings),
            *browser_client.routes(),
        ],
        exception_handlers={Exception: refusals.answer},
        after_exception=[refusals.keep],
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    versioned = (route.path for route in api.routes if route.path.startswith(PREFIX + "/"))
    api.resources = frozenset(_first_word(path.removeprefix(PREFIX)) for path in versioned)
    return api


def _first_word(path: str) -> str:
    return path.removeprefix("/").partition("/")[0]


def _request(scope: HTTPScope) -> Request:
    return Request(
        request_id(dict(scope["headers"])),
        scope["method"][:_METHOD_LENGTH],
        mask_text(scope["path"].encode(errors="replace").decode().replace("\0", "␀")),
        now_us(),
    )


def _carrying(send: Send, answer_id: str) -> Send:
    header = (b"request-id", answer_id.encode("latin-1"))

    async def carrying(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), header]
        await send(message)

    return carrying
