-- What no rate is known for, of conversions of a time.
-- grain:   currency
-- reads:   exchanged
-- params:  since_at bigint, until_at bigint (UTC microseconds, half-open)
-- returns: currency varchar, conversions bigint, net_minor hugeint, first_at bigint, last_at bigint
--          (UTC microseconds)
-- source:  docs/attribution.md, "Currencies"
select
    currency,
    count(*) as conversions,
    sum(net_minor) as net_minor,
    min(converted_at) as first_at,
    max(converted_at) as last_at
from exchanged
where
    amounts is null
    and net_minor > 0
    and converted_at >= $since_at
    and converted_at < $until_at
group by currency
order by currency
