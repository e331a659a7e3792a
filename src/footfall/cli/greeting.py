"""What ``footfall serve`` prints once it answers."""

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from footfall import __version__
from footfall.domain.public_ids import Kind
from footfall.ops.first_start import FirstStart, commands, keep_token
from footfall.settings import Settings, mask_url
from footfall.store import businesses
from footfall.store.store import Store


def print_greeting(
    settings: Settings, store: Store, first: FirstStart | None, link: str | None
) -> None:
    """Print the address and, on the very first start, the token and the first three commands.

    Args:
        link: makes the first account of the dashboard; ``None`` when there is one.
    """
    console = Console(highlight=False, soft_wrap=True)
    facts = Table.grid(padding=(0, 2))
    facts.add_row("Address", f"[bold]{settings.url}[/]")
    facts.add_row("Dashboard", f"{settings.url}/dashboard")
    facts.add_row("Reference", f"{settings.url}/docs")
    if first is not None:
        facts.add_row("Business", f"{first.business_id}  [dim](public id)[/]")
        facts.add_row("Token", f"[bold]{first.token}[/]")
        facts.add_row(
            "", "[dim]shown this once; keep it secret, “footfall token rotate” renews it[/]"
        )
    else:
        with store.engines.read.begin() as connection:
            encode = store.public_ids[Kind.BUSINESS].encode
            names = [f"{encode(row.id)}  {row.name}" for row in businesses.all_of(connection)]
        facts.add_row("Businesses", "\n".join(names[:10]))
    facts.add_row("Data", mask_url(settings.database_url))
    console.print(Panel(facts, title=f"Footfall {__version__}", title_align="left", expand=False))
    if link is not None:
        # Outside the panel, which would break it at the width of the terminal.
        console.print("Open this to make the owner's account; good once, for 24 hours:\n")
        console.print(link, markup=False)
        console.print()
    if first is not None:
        console.print("Paste these into another terminal:\n")
        told = [("Keep the token for more", keep_token(first.token))]
        for title, command in told + commands(settings.url, first.token):
            console.print(f"[dim]# {title}[/]")
            console.print(command, markup=False)
            console.print()
    console.print("[dim]Ctrl-C stops the server; what it has accepted is kept.[/]")
