from sqlalchemy import select

from footfall.store import rejections
from footfall.store.tables import rejections as table
from tests.store.builders import Shop
from tests.store.running import Running


def items(started: Running, shop: Shop) -> list[int]:
    query = select(table.c.item).where(table.c.business_id == shop.id).order_by(table.c.id)
    return [item for (item,) in started.rows(query)]


def test_pruning_keeps_the_newest_of_each_business(started: Running, shop: Shop) -> None:
    quiet, silent = started.write(Shop), started.write(Shop)
    rows = [shop.refusal(item) for item in range(7)]
    rows[3:3] = [quiet.refusal(item) for item in range(3)]
    started.write(lambda connection: rejections.add(connection, rows))
    assert started.write(lambda connection: rejections.prune(connection, 5)) == 2
    assert items(started, shop) == [2, 3, 4, 5, 6]
    assert items(started, quiet) == [0, 1, 2]
    assert items(started, silent) == []
    assert started.write(lambda connection: rejections.prune(connection, 5)) == 0


def test_none_need_be_kept(started: Running, shop: Shop) -> None:
    started.write(lambda connection: rejections.add(connection, [shop.refusal()]))
    assert started.write(lambda connection: rejections.prune(connection, 0)) == 1
    assert items(started, shop) == []
