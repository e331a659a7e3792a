"""Single events, validated and synced to disk, against the empty handler."""

from typing import Final

from bench.figures import Findings, at_least, at_most
from bench.loads import Loads
from bench.options import CONNECTIONS
from bench.process import Footfall, Process, empty
from bench.run import Run

_RATIO: Final = {64: 0.50, 256: 0.60}
_P99_RATIO: Final = {256: 3.0}


def measure(run: Run) -> None:
    """Compare with the empty handler, and that with one that leaves the body unread."""
    with empty(run.folder, reads_body=False) as unread, run.new("footfall") as footfall:
        footfall.start()
        loads = run.drive("single", [run.empty, footfall, unread])
        compare("single", run.findings, loads, run.empty, footfall, has_targets=True)
        for each in CONNECTIONS:
            run.findings.add(
                "single",
                f"events ÷ those of empty that leaves the body unread, {each} connections",
                loads.rate(footfall, each) / loads.rate(unread, each),
                "ratio",
                note=f"{loads.rate(footfall, each):,.0f}/s ÷ {loads.rate(unread, each):,.0f}/s",
            )


def compare(
    section: str,
    findings: Findings,
    loads: Loads,
    base: Process,
    footfall: Footfall,
    *,
    has_targets: bool,
) -> None:
    """Add the figures of Footfall against the empty handler."""
    for each in CONNECTIONS:
        rate, base_rate = loads.rate(footfall, each), loads.rate(base, each)
        p50, base_p50 = loads.p50_ms(footfall, each), loads.p50_ms(base, each)
        p99, base_p99 = loads.p99_ms(footfall, each), loads.p99_ms(base, each)
        least, most = _RATIO.get(each), _P99_RATIO.get(each)
        findings.add(
            section,
            f"events ÷ empty's, {each} connections",
            rate / base_rate,
            "ratio",
            at_least(least) if has_targets and least else None,
            f"{rate:,.0f}/s ÷ {base_rate:,.0f}/s",
        )
        findings.add(
            section,
            f"median answer ÷ empty's, {each} connections",
            p50 / base_p50,
            "ratio",
            note=f"{p50:.2f} ms ÷ {base_p50:.2f} ms",
        )
        findings.add(
            section,
            f"p99 ÷ empty's, {each} connections",
            p99 / base_p99,
            "ratio",
            at_most(most) if has_targets and most else None,
            f"{p99:.2f} ms ÷ {base_p99:.2f} ms",
        )
    account(section, findings, loads, footfall)


def account(section: str, findings: Findings, loads: Loads, footfall: Footfall) -> None:
    """Add what must be nothing: requests that failed, acknowledged events that are not there."""
    findings.add(
        section, f"{footfall.name}: not acknowledged", loads.bad(footfall), "events", at_most(0)
    )
    findings.add(
        section,
        f"{footfall.name}: acknowledged, not stored",
        loads.unaccounted(footfall),
        "events",
        at_most(0),
    )
