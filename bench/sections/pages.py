"""Events from pages: new visitors, each describing a product, against the empty handler."""

from typing import Final

from bench.figures import at_least
from bench.loads import PAGES
from bench.run import Run
from bench.sections.single import account

_RATIO: Final = 0.30


def measure(run: Run) -> None:
    """Compare with the empty handler, at the number of connections that ``PAGES`` has."""
    with run.new("pages") as footfall:
        footfall.start()
        loads = run.drive("pages", [run.empty, footfall], PAGES)
        for each in PAGES.connections:
            rate, base_rate = loads.rate(footfall, each), loads.rate(run.empty, each)
            p99, base_p99 = loads.p99_ms(footfall, each), loads.p99_ms(run.empty, each)
            run.findings.add(
                "pages",
                f"events ÷ empty's, {each} connections",
                rate / base_rate,
                "ratio",
                at_least(_RATIO),
                f"{rate:,.0f}/s ÷ {base_rate:,.0f}/s",
            )
            run.findings.add(
                "pages",
                f"p99 ÷ empty's, {each} connections",
                p99 / base_p99,
                "ratio",
                note=f"{p99:.2f} ms ÷ {base_p99:.2f} ms",
            )
        account("pages", run.findings, loads, footfall)
