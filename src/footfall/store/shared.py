"""A future that many callers wait for and none can cancel."""

import asyncio


class Shared(asyncio.Future[None]):
    """Resolves for everybody who waits for the same commit or read.

    A caller that is cancelled meanwhile learns so when it resolves; the others never notice.
    """

    def cancel(self, msg: object = None) -> bool:  # noqa: ARG002
        return False
