"""New customers and those who come back, and what earned which.

A customer is new at the first conversion that is known of the person, in whatever currency, and
returning at every later one. A first order that was cancelled was an order: the next one is a
returning customer's.
"""

import numpy as np

from footfall.attribution.run import Attribution
from footfall.domain.money import format_minor
from footfall.reports.journey_bodies import CustomerReport, CustomerRow, Customers
from footfall.reports.question import Question, reckoned
from footfall.reports.sales import Bools, Sales, sales_of, sums


def customer_report(attribution: Attribution, question: Question, model: str) -> CustomerReport:
    """Return what each value earned with new and with returning customers, under a rule."""
    sales = sales_of(attribution, question.by, question.currency, question.during, (model,))
    currency, count = question.currency, len(sales.values)
    is_new = sales.is_first[sales.of_sale]
    code, weights, minor = sales.found.value_code, sales.weights(model), sales.minor(model)
    new, returning = (
        (np.bincount(code[of], weights[of], count), sums(code[of], minor[of], count))
        for of in (is_new, ~is_new)
    )
    rows = [
        (
            -int(new[1][i]),
            CustomerRow(
                name,
                float(new[0][i]),
                format_minor(int(new[1][i]), currency),
                float(returning[0][i]),
                format_minor(int(returning[1][i]), currency),
            ),
        )
        for i, name in enumerate(sales.values)
        if new[0][i] or returning[0][i]
    ]
    rows.sort(key=lambda each: (each[0], each[1].value))
    return CustomerReport(
        by=question.by,
        model=model,
        new=_customers(sales, sales.is_first, currency),
        returning=_customers(sales, ~sales.is_first, currency),
        rows=[row for _, row in rows],
        **reckoned(attribution, question),
    )


def _customers(sales: Sales, of: Bools, currency: str) -> Customers:
    nothing = of & ~sales.is_attributed
    return Customers(
        int(of.sum()),
        len(np.unique(sales.person_id[of])),
        format_minor(int(sales.net_minor[of].sum()), currency),
        int(nothing.sum()),
        format_minor(int(sales.net_minor[nothing].sum()), currency),
    )
