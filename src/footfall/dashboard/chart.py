"""Numbers over time → bars as SVG, drawn by the server: nothing to load, nothing that jumps.

The drawing stretches to the width it is given, so it holds no text; labels stand around it.
"""

from typing import Final

from markupsafe import Markup

from footfall.dashboard.shown import number

HEIGHT: Final = 100
WIDTH: Final = 10
"""Of the drawing, and of one step in it; units without meaning."""

GAP: Final = 2.0
_LABELS: Final = 6


def draw(labels: list[str], stored: list[int], rejected: list[int]) -> Markup:
    """Return a figure with a bar for each step, refusals on top of events."""
    most = nice(max((a + b for a, b in zip(stored, rejected, strict=True)), default=0))
    bars = Markup("").join(
        _bar(step, label, good, bad, most)
        for step, (label, good, bad) in enumerate(zip(labels, stored, rejected, strict=True))
    )
    every = max(1, -(-len(labels) // _LABELS))
    ticks = Markup("").join(Markup("<span>{}</span>").format(label) for label in labels[::every])
    return Markup(
        '<figure class="chart"><p class="scale"><span>{most}</span><span>{half}</span>'
        "<span>0</span></p>"
        '<svg viewBox="0 0 {width} {height}" preserveAspectRatio="none" aria-hidden="true">'
        '<path class="rule" d="M0 0H{width}M0 {middle}H{width}M0 {height}H{width}"/>{bars}</svg>'
        '<p class="ticks" aria-hidden="true">{ticks}</p></figure>'
    ).format(
        most=number(most),
        half=number(most // 2),
        width=len(labels) * WIDTH,
        height=HEIGHT,
        middle=HEIGHT // 2,
        bars=bars,
        ticks=ticks,
    )


def nice(most: int) -> int:
    """Return the top of a scale: 2, 4, 6, 8 or 10 times a power of ten, so that its half is whole.

    >>> [nice(most) for most in (0, 1, 3, 5, 17, 41, 2001)]
    [2, 2, 4, 6, 20, 60, 4000]
    """
    power = 1
    while True:
        for times in (2, 4, 6, 8, 10):
            if times * power >= most:
                return times * power
        power *= 10


def _bar(step: int, label: str, good: int, bad: int, most: int) -> Markup:
    top = HEIGHT * (1 - (good + bad) / most)
    middle = HEIGHT * (1 - good / most)
    return Markup(
        "<g><title>{label}: {good} + {bad}</title>"
        '<rect class="hit" x="{whole}" y="0" width="{step}" height="{height}"/>'
        '<rect class="is-bad" x="{x}" y="{top:.2f}" width="{width}" height="{bad_height:.2f}"/>'
        '<rect class="is-good" x="{x}" y="{middle:.2f}" width="{width}" '
        'height="{good_height:.2f}"/>'
        "</g>"
    ).format(
        label=label,
        good=number(good),
        bad=number(bad),
        whole=step * WIDTH,
        step=WIDTH,
        x=step * WIDTH + GAP / 2,
        width=WIDTH - GAP,
        height=HEIGHT,
        top=top,
        bad_height=middle - top,
        middle=middle,
        good_height=HEIGHT - middle,
    )
