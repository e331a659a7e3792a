"""What the shop sells: 36 real products, read from ``data/products.csv``.

Their names, prices and the company they keep are those of December 2010 in the Online Retail data
set; ``data/README.md`` tells how they were taken and under which licence.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from typing import Final

CURRENCY: Final = "GBP"


@dataclass(frozen=True, slots=True)
class Product:
    """Something to buy.

    Attributes:
        slug: the shop's own id of it, which Footfall knows as ``reference``.
        sku: stock code in the data set.
        price: in ``CURRENCY``, major units.
        orders: how many orders of December 2010 held it.
        bought_with: SKUs that were most often in the same order.
        icon: the drawing that stands for a photograph.
    """

    slug: str
    sku: str
    name: str
    price: Decimal
    category: str
    icon: str
    orders: int
    bought_with: tuple[str, ...]


class Stock:
    """All products, by the shop's id of them."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._by_slug = {each.slug: each for each in products}
        self._by_sku = {each.sku: each for each in self._by_slug.values()}

    def __iter__(self) -> Iterator[Product]:
        return iter(self._by_slug.values())

    def find(self, slug: str) -> Product | None:
        """Return the product of that id, if there is one."""
        return self._by_slug.get(slug)

    def bought_with(self, product: Product) -> list[Product]:
        """Return what was most often bought in the same order, most often first."""
        return [self._by_sku[sku] for sku in product.bought_with]

    def categories(self) -> dict[str, list[Product]]:
        """Return the products by category, both in the file's order."""
        found: dict[str, list[Product]] = {}
        for each in self:
            found.setdefault(each.category, []).append(each)
        return found


def load_stock() -> Stock:
    """Read the products that come with the package."""
    text = files("footfall.demo").joinpath("data", "products.csv").read_text(encoding="utf-8")
    return Stock(map(_product, csv.DictReader(text.splitlines())))


def _product(row: dict[str, str]) -> Product:
    return Product(
        slug=re.sub(r"[^a-z0-9]+", "-", row["name"].lower()).strip("-"),
        sku=row["stock_code"],
        name=row["name"],
        price=Decimal(row["unit_price"]),
        category=row["category"],
        icon=row["icon"],
        orders=int(row["invoices"]),
        bought_with=tuple(row["bought_with"].split()),
    )
