-- The rates that conversions of a time were converted with.
-- grain:   currency, day
-- reads:   exchanged
-- params:  since_at bigint, until_at bigint (UTC microseconds, half-open)
-- returns: currency varchar, day varchar, from_euro varchar, to_euro varchar, conversions bigint
-- source:  docs/attribution.md, "Currencies"
select
    currency,
    day,
    from_euro,
    to_euro,
    count(*) as conversions
from exchanged
where
    amounts is not null
    and net_minor > 0
    and converted_at >= $since_at
    and converted_at < $until_at
group by currency, day, from_euro, to_euro
order by currency, day
