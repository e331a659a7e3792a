"""The shop's calls to Footfall, and what came back.

The private token is sent from here and from nowhere else: it never reaches a page.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final, Self

import httpx

from footfall.errors import ConfigurationError

Json = dict[str, Any]

_TIMEOUT_S: Final = 10.0
_NOT_NOW: Final = frozenset({0, 408, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Request:
    """A call to make; ``why`` is a sentence for the visitor who watches."""

    method: str
    path: str
    body: Json | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A call and its answer; status 0 means that none came."""

    request: Request
    status: int
    answer: Json

    @property
    def succeeded(self) -> bool:
        """Whether Footfall said yes."""
        return 200 <= self.status < 300

    @property
    def is_final(self) -> bool:
        """Whether asking again would get the same answer."""
        return self.status not in _NOT_NOW

    def told(self) -> Json:
        """Return what a page shows of it: all but the headers, so never the token."""
        return {**asdict(self.request), "status": self.status, "answer": self.answer}


class Footfall:
    """One server and one business's token; an asynchronous context.

    Args:
        url: address of the server, without ``/v1``.
        token: private token.

    Raises:
        ConfigurationError: the address is none.
    """

    def __init__(self, url: str, token: str) -> None:
        self.url = _checked_url(url)
        self._client = httpx.AsyncClient(
            base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=_TIMEOUT_S
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def ask(self, request: Request) -> Exchange:
        """Make one call, once. A server that is gone is an answer too: a shop goes on selling."""
        try:
            answer = await self._client.request(request.method, request.path, json=request.body)
            told = answer.json()
        except httpx.TransportError as problem:
            return Exchange(request, 0, {"problem": str(problem) or type(problem).__name__})
        except ValueError:
            return Exchange(request, answer.status_code, {"problem": "The answer is no JSON."})
        return Exchange(request, answer.status_code, told if isinstance(told, dict) else {})

    async def get(self, path: str) -> Exchange:
        """Ask for something."""
        return await self.ask(Request("GET", path))

    async def need(self, request: Request) -> Json:
        """Make a call without which the shop cannot open, and return its answer.

        Raises:
            ConfigurationError: the server is not there or refuses, with the remedy.
        """
        exchange = await self.ask(request)
        if not exchange.succeeded:
            raise ConfigurationError(self._explain(exchange))
        return exchange.answer

    def _explain(self, exchange: Exchange) -> str:
        said = "; ".join(error.get("message", "") for error in exchange.answer.get("errors", []))
        match exchange.status:
            case 0:
                problem = exchange.answer["problem"]
                return (
                    f"No server answers at {self.url} ({problem}). Start one in another terminal "
                    "with `footfall serve`, or correct --url."
                )
            case 401 | 403:
                return f"The server does not take the token. {said}".strip()
            case 404 | 405:
                return (
                    f"{self.url}{exchange.request.path} answers {exchange.status}. Is --url the "
                    "address of Footfall, without /v1?"
                )
            case status:
                asked = f"{exchange.request.method} {exchange.request.path}"
                return f"{self.url} answers {status} to {asked}. {said}".strip()


def _checked_url(url: str) -> str:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ConfigurationError(f"--url is {url!r}; it must be like http://127.0.0.1:8000.")
    return url.rstrip("/")
