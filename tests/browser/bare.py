"""A site whose pages have nothing but Footfall's client, begun with the options in their address.

``/any/path?options={"autoPageViews":true}`` begins it with those; without ``options`` nothing
begins it.
"""

import http.server
import threading
from typing import Any, Self

from tests.server import Server

_PAGE = """<!doctype html>
<html lang="en"><title>Bare</title>
<script src="{server}/hellotext.js"></script>
<script>
  const options = new URLSearchParams(location.search).get("options");
  const begin = (more) => Hellotext.initialize("{business}", more);
  if (options) begin(JSON.parse(options));
</script>
<h1>Bare</h1></html>
"""


class BarePages:
    """The site, on an origin of its own.

    Attributes:
        url: its address, by a name that cookies can be set for.
    """

    def __init__(self, server: Server) -> None:
        body = _PAGE.replace("{server}", server.url).replace("{business}", server.business_id)
        self._site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(body.encode()))
        self.url = f"http://shop.localhost:{self._site.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._site.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._site.shutdown()
        self._site.server_close()


def _handler(body: bytes) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler
