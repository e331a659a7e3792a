"""Batches of 500: events stored and acknowledged per second, in every form a batch can have."""

from statistics import median
from typing import Final

from bench.batches import FORMS, Delivery, Form, bodies, pump, touch_every_name
from bench.figures import at_least, at_most
from bench.options import BATCH
from bench.process import Footfall, Process
from bench.run import Run

_LEAST: Final = 100_000
_CONNECTIONS: Final = 4
_DIFFERENT: Final = 64
_WARM_UP_S: Final = 1


def measure(run: Run) -> None:
    """Send batches to the empty handler and to Footfall in turn, then count what is stored."""
    with run.new("batches") as footfall:
        footfall.start()
        touch_every_name(footfall)
        before = footfall.installation.count()
        acknowledged = sum(_measure_form(run, footfall, form) for form in FORMS)
        grown = footfall.installation.count() - before
    run.findings.add(
        "batches",
        "stored, beyond or short of acknowledged",
        abs(grown - acknowledged),
        "events",
        at_most(0),
        f"{acknowledged:,} acknowledged",
    )


def _measure_form(run: Run, footfall: Footfall, form: Form) -> int:
    """Add the figures of one form and return how many events were acknowledged on the way."""
    parts = bodies(footfall.installation, form, _DIFFERENT)
    acknowledged = pump(footfall, form, parts, _CONNECTIONS, _WARM_UP_S).acknowledged
    rates, base_rates = [], []
    for _ in range(run.options.rounds):
        base = pump(run.empty, form, parts, _CONNECTIONS, run.options.seconds)
        base_rates.append(BATCH * base.batches / base.seconds)
        sent = pump(footfall, form, parts, _CONNECTIONS, run.options.seconds)
        rates.append(sent.acknowledged / sent.seconds)
        acknowledged += sent.acknowledged
        footfall.settle()
        _note(run, form, run.empty, base)
        _note(run, form, footfall, sent)
    rate, base_rate = median(rates), median(base_rates)
    run.findings.add("batches", f"{form.name}: events", rate, "/s", at_least(_LEAST))
    run.findings.add(
        "batches",
        f"{form.name}: events ÷ empty's",
        rate / base_rate,
        "ratio",
        note=f"{rate:,.0f}/s ÷ {base_rate:,.0f}/s, thrown away",
    )
    return acknowledged


def _note(run: Run, form: Form, process: Process, sent: Delivery) -> None:
    run.findings.runs.append(
        {"section": "batches", "server": process.name, "form": form.name, **sent._asdict()}
    )
    if isinstance(process, Footfall):
        run.tell(f"batches: {form.name}: {sent.acknowledged / sent.seconds:,.0f} events/s")
