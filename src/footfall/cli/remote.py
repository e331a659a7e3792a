"""Options of commands that speak to a running server over HTTP, as a stranger would."""

import re
import sys
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import click
from click.core import ParameterSource

from footfall.domain.tokens import PATTERN, RANDOM_LENGTH

Command = TypeVar("Command", bound=Callable[..., Any])


def server_options(command: Command) -> Command:
    """Add ``--url`` and ``--token``."""
    url = click.option(
        "--url",
        envvar="FOOTFALL_URL",
        default="http://127.0.0.1:8000",
        metavar="URL",
        help="Address of the server.  [env: FOOTFALL_URL; default: http://127.0.0.1:8000]",
    )
    token = click.option(
        "--token",
        envvar="FOOTFALL_TOKEN",
        metavar="TOKEN",
        help="Private token; in the environment it stays out of the list of processes.  "
        "[env: FOOTFALL_TOKEN]",
    )
    return url(token(command))


def checked_token(token: str | None) -> str:
    """Return the token if it can be one; its text is in no message."""
    if not token:
        leave(
            "There is no token. Set it first: export FOOTFALL_TOKEN=ALK_… with the text that was "
            "printed when it was made; `footfall token create` makes another.",
            status=2,
        )
    source = click.get_current_context().get_parameter_source("token")
    name = "--token" if source is ParameterSource.COMMANDLINE else "FOOTFALL_TOKEN"
    if not re.fullmatch(PATTERN, token.strip()):
        leave(
            f"{name} is not a token; a token is ALK_ and {RANDOM_LENGTH} letters and digits, whole "
            "as it was printed when it was made. `footfall token create` makes another.",
            status=2,
        )
    return token.strip()


def leave(message: str, status: int) -> NoReturn:
    """Say what is wrong and end the command with this status."""
    click.echo(f"Error: {message}", err=True)
    sys.exit(status)
