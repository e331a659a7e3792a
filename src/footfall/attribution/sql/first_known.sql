-- When the first thing happened that a timeline shows.
-- grain:   first_at
-- reads:   told_touches, told_conversions
-- params:  currency varchar
-- returns: first_at bigint (UTC microseconds; null: nothing has)
-- source:  docs/attribution.md, "Reports"
with
    known as (
        select touched_at as happened_at
        from told_touches
        where kind < 3
        union all
        select converted_at as happened_at
        from told_conversions
        where currency = $currency and net_minor > 0
    )
select min(happened_at) as first_at
from known
