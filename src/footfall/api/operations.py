"""The route table → operations: one per handler and method that carries an ``Endpoint``.

``openapi`` makes the document of them; ``hot_path`` declares the two that have no handler.
"""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from footfall.api.endpoint import Endpoint

METHODS: Final = ("POST", "GET", "PUT", "PATCH", "DELETE")
"""In reading order: a thing is made before it is read."""

OTHER: Final = "Operations"
"""Tag of what is no resource of the API."""

_AREAS: Final = frozenset({"v1", "attribution", "track", "public"})
"""Path segments that say where a resource is, not which one."""


@dataclass(frozen=True)
class Operation:
    """A method on a path.

    Attributes:
        name: its operationId.
        told: the handler's docstring, for an endpoint without a description.
        path_types: JSON type of each path parameter, by name.
        also: further paths of the same handler.
        headers: request headers by name, each with its description.
        rehearsal: type and example of the answer to a dry run, status 200.
        more_examples: bodies beside ``endpoint.example``, by title.
    """

    method: str
    path: str
    name: str
    endpoint: Endpoint
    told: str = ""
    path_types: dict[str, str] = field(default_factory=dict)
    also: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    rehearsal: tuple[type[msgspec.Struct], dict[str, Any]] | None = None
    more_examples: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        """The resource, from the path."""
        segments = self.path.strip("/").split("/")
        if segments[0] != "v1":
            return OTHER
        resource = next((each for each in segments if each not in _AREAS), OTHER)
        return resource.replace("_", " ").replace("-", " ").capitalize()


def handled(app: Litestar) -> Iterator[Operation]:
    """Yield the operations of an application's handlers; a handler's further paths are aliases."""
    routes: dict[tuple[int, frozenset[str]], list[HTTPRoute]] = {}
    handlers: dict[tuple[int, frozenset[str]], HTTPRouteHandler] = {}
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                if isinstance(handler.opt.get("endpoint"), Endpoint):
                    # A router copies its handlers; function and methods stay what they were.
                    key = (id(handler.fn), frozenset(map(str, handler.http_methods)))
                    routes.setdefault(key, []).append(route)
                    handlers[key] = handler
    for key, handler in handlers.items():
        yield from _operations(handler, sorted(routes[key], key=_preference))


def _operations(handler: HTTPRouteHandler, routes: list[HTTPRoute]) -> Iterator[Operation]:
    first, *others = routes
    endpoint: Endpoint = handler.opt["endpoint"]
    for method in METHODS:
        if method in handler.http_methods:
            yield Operation(
                method,
                first.path_format,
                handler.handler_name.strip("_"),
                endpoint,
                inspect.getdoc(handler.fn) or "",
                path_types={
                    name: "integer" if told.type is int else "string"
                    for name, told in first.path_parameters.items()
                },
                # That every path works without /v1 too is said once, for all.
                also=[each.path_format for each in others if each.path.startswith("/v1/")],
            )


def _preference(route: HTTPRoute) -> tuple[bool, int, str]:
    """Sort the contract's own path first: below ``/v1``, and the most telling one."""
    return not route.path.startswith("/v1/"), -route.path.count("/"), route.path
