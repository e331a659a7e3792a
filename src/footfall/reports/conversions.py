"""The conversions behind a number of any report, a page at a time, with what each gave.

A number is opened with the words that it was asked with: the same time, currency, date basis,
dimension and model, and the row's own ``value``, ``path`` and so on. What the conversions of all
pages gave sums to the number, and so do their receipts.
"""

from collections.abc import Callable

import numpy as np

from footfall.attribution.paths import Floats, Ints
from footfall.attribution.run import Attribution
from footfall.attribution.words import EVER, SOLD
from footfall.domain.money import format_minor
from footfall.domain.public_ids import Kind
from footfall.domain.times import iso_utc
from footfall.errors import Refused
from footfall.reports.credit import pieces_of, require_by_purchase
from footfall.reports.journey_bodies import ConversionList, ConversionRow
from footfall.reports.paths import age_of_first, lag_of, paths_of
from footfall.reports.question import Question, Wanted, reckoned
from footfall.reports.sales import Bools, Sales, sales_of, sums
from footfall.reports.sold import SoldLines
from footfall.reports.words import LAG_NAMES, CannotReport, Role
from footfall.store.pages import Bounds, cut, unknown_bound

Encode = Callable[[Kind, int], str]


def conversion_list(
    attribution: Attribution,
    question: Question,
    model: str,
    wanted: Wanted,
    bounds: Bounds,
    encode: Encode,
) -> ConversionList:
    """Return a page of the wanted conversions.

    Args:
        encode: gives a row number its public id.

    Raises:
        CannotReport: what is asked of what was sold is only known of touches.
        Refused: with ``NotFound`` when the page begins at no conversion.
    """
    by_touch = question.date_basis == "touch"
    if question.by in SOLD:
        require_by_purchase(question)
        if wanted.role is not None:
            raise CannotReport("What was sold has no role on the way to the sale.", "role")
    during = EVER if by_touch else question.during
    sales = sales_of(attribution, question.by, question.currency, during, (model,))
    counts = np.ones(len(sales.of_sale), np.bool_)
    if by_touch:
        at = sales.touched_at
        counts = (at >= question.during.since_at) & (at < question.during.until_at)
    pieces, count = pieces_of(attribution, sales, question), len(sales.conversion_id)
    of_value = _is(pieces, wanted.value)
    if pieces is sales:
        of_value &= counts
    shares = pieces.weights(model)[of_value]
    share = np.bincount(pieces.of_sale[of_value], shares, count).astype(np.float64)
    minor = sums(pieces.of_sale[of_value], pieces.minor(model)[of_value], count)
    shown = _filter(sales, wanted, share, counts)
    if by_touch:
        shown &= np.bincount(sales.of_sale[counts], minlength=count) > 0
    order = np.lexsort((sales.conversion_id, sales.converted_at))[::-1]
    listed = order[shown[order]]
    rows, has_more = cut(_page(attribution, sales, listed, bounds), bounds)
    return ConversionList(
        by=question.by,
        model=model,
        conversions=len(listed),
        net=format_minor(int(sales.net_minor[listed].sum()), question.currency),
        credited=format_minor(int(minor[listed].sum()), question.currency),
        data=_rows(sales, question, rows, share.tolist(), minor.tolist(), encode),
        has_more=has_more,
        **reckoned(attribution, question),
    )


def _is(pieces: Sales | SoldLines, value: str | None) -> Bools:
    """Return which touches, or lines sold, are of a value; all if none was asked about."""
    if value is None:
        return np.ones(len(pieces.of_sale), np.bool_)
    code = pieces.values.index(value) if value in pieces.values else -1
    found: Bools = pieces.code == code
    return found


def _filter(sales: Sales, wanted: Wanted, share: Floats, counts: Bools) -> Bools:
    """Return which conversions are wanted, of shape (conversions,)."""
    shown = np.ones(len(sales.conversion_id), np.bool_)
    if wanted.value is not None and wanted.role is None:
        shown &= share > 0
    if wanted.attributed is not None:
        shown &= sales.is_attributed == wanted.attributed
    if wanted.customer is not None:
        shown &= sales.is_first == (wanted.customer == "new")
    for only in _of_attributed(sales, wanted, counts):
        whole = np.zeros(len(shown), np.bool_)
        whole[sales.place[only]] = True
        shown &= whole
    return shown


def _of_attributed(sales: Sales, wanted: Wanted, counts: Bools) -> list[Bools]:
    """Return what is asked of those that have touches, each of shape (``found``'s conversions,)."""
    asked: list[Bools] = []
    if wanted.path is not None:
        path = wanted.path
        told = [tuple(sales.values[code] for code in codes) for codes in paths_of(sales)]
        asked.append(np.array([each == path for each in told], np.bool_))
    if wanted.touches is not None:
        asked.append(sales.touches == wanted.touches)
    if wanted.time is not None:
        asked.append(lag_of(age_of_first(sales)) == LAG_NAMES.index(wanted.time))
    if wanted.role is not None:
        asked.append(_in_role(sales, _is(sales, wanted.value) & counts, wanted.role))
    return asked


def _in_role(sales: Sales, is_value: Bools, role: Role) -> Bools:
    starts = sales.found.starts
    if role == "first":
        return is_value[starts[:-1]]
    is_last = is_value[starts[1:] - 1]
    if role == "last":
        return is_last
    met: Bools = np.add.reduceat(is_value.astype(np.int64), starts[:-1]) > 0
    return met & ~is_last if role == "assisted" else met


def _page(attribution: Attribution, sales: Sales, listed: Ints, bounds: Bounds) -> list[int]:
    """Return up to one conversion more than the page has, newest first."""
    edge = bounds.after if bounds.after is not None else bounds.before
    if edge is not None:
        # One that is worth nothing any more still marks its place.
        told = attribution.rows("sales_by_id", ids=[edge])
        if not told:
            name = "ending_before" if bounds.after is None else "starting_after"
            raise Refused([unknown_bound(name)])
        at, ids = sales.converted_at[listed], sales.conversion_id[listed]
        edge_at = told[0][-1]
        if bounds.before is not None:
            newer = (at > edge_at) | ((at == edge_at) & (ids > edge))
            return [int(place) for place in listed[newer][-bounds.limit - 1 :]]
        listed = listed[(at < edge_at) | ((at == edge_at) & (ids < edge))]
    return [int(place) for place in listed[: bounds.limit + 1]]


def _rows(
    sales: Sales,
    question: Question,
    places: list[int],
    share: list[float],
    minor: list[int],
    encode: Encode,
) -> list[ConversionRow]:
    ids = sales.conversion_id[places].tolist() if places else []
    told = {row[0]: row[1:] for row in sales.attribution.rows("sales_by_id", ids=ids)}
    at = dict(zip(sales.place.tolist(), range(len(sales.place)), strict=True))
    suffix = "" if question.as_of is None else f"?as_of={iso_utc(question.as_of)}"
    shown = []
    for place, conversion_id in zip(places, ids, strict=True):
        action, reference, gross_minor, converted_at = told[conversion_id]
        person_id = int(sales.person_id[place])
        public_id = encode(Kind.EVENT, conversion_id)
        row = ConversionRow(
            id=public_id,
            action=action,
            reference=reference,
            at=iso_utc(converted_at),
            profile=encode(Kind.PROFILE, person_id) if person_id > 0 else None,
            customer="new" if sales.is_first[place] else "returning",
            gross=format_minor(gross_minor, question.currency),
            net=format_minor(int(sales.net_minor[place]), question.currency),
            path=_path(sales, at.get(place)),
            share=share[place],
            credit=format_minor(minor[place], question.currency),
            receipt=f"/v1/conversions/{public_id}/receipt{suffix}",
        )
        shown.append(row)
    return shown


def _path(sales: Sales, place: int | None) -> list[str]:
    if place is None:
        return []
    begin, end = sales.found.starts[place : place + 2]
    return [sales.values[code] for code in sales.found.value_code[begin:end].tolist()]
