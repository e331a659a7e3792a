"""``footfall demo``: a small shop beside a running server; ``footfall.demo`` is the shop."""

import click
from rich.console import Console
from rich.markup import escape

from footfall.cli.remote import checked_token, leave, server_options
from footfall.demo.prepare import Prepared
from footfall.demo.serve import DemoJob, run_demo
from footfall.errors import ConfigurationError

_CAMPAIGN = "?utm_source=newsletter&utm_medium=email&utm_campaign=spring"


@click.command()
@server_options
@click.option(
    "--business",
    metavar="PUBLIC_ID",
    help="Public id that the token has to belong to.  [default: the token's own]",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8100,
    show_default=True,
    help="TCP port of the shop on 127.0.0.1; 0: any free one.",
)
def demo(url: str, token: str | None, business: str | None, port: int) -> None:
    """Open a small shop beside a running server, to try it all.

    It makes 36 products and three customers in the token's business, once; a test token keeps them
    apart from real ones. Nobody needs a password, so it listens on this machine only.

    Exit status: 0 stopped, 2 server, token, business or port at fault.
    """
    job = DemoJob(url, checked_token(token), business, port)
    try:
        run_demo(job, _greet)
    except ConfigurationError as problem:
        leave(str(problem), status=2)


def _greet(address: str, prepared: Prepared) -> None:
    """Print what to open."""
    products = f"{prepared.made} products made" if prepared.made else "products found again"
    console = Console(highlight=False, soft_wrap=True)
    console.print("The shop is open. Come as who clicked in a newsletter:\n")
    console.print(f"  [bold]{address}/{_CAMPAIGN}[/]\n")
    console.print("or as who came directly:\n")
    console.print(f"  {address}/\n")
    console.print("Look around, fill the basket, log in, buy, and see “Journey”.")
    console.print(
        f"[dim]Business {prepared.business_id} ({escape(prepared.business_name)}); {products}.[/]"
    )
    console.print("[dim]Ctrl-C closes the shop; what it told Footfall stays there.[/]")
