-- Touches and sales of many people, the same ones each time, numbered in the order of time.
-- grain:   event_id
-- reads:   none
-- params:  people bigint, touches bigint, sales bigint, began_at bigint, span_us bigint (microseconds)
-- returns: event_id bigint, session_id bigint, occurred_at bigint, number bigint (of touch or sale),
--          source integer, campaign integer, is_sale boolean
-- source:  bench/README.md, "attribution"
with
    told as (
        select
            number,
            hash(number * 7 + 1) % $people + 1 as session_id,
            hash(number * 11) % $span_us as since_us,
            hash(number * 3 + 5) % 100 = 0 as is_tied,
            hash(number * 17) % 12 as source,
            hash(number * 19) % 50 as campaign,
            false as is_sale
        from range($touches) as numbers (number)
        union all
        select
            number,
            hash(number * 77 + 1) % $people + 1,
            hash(number * 111) % $span_us,
            false,
            0,
            0,
            true
        from range($sales) as numbers (number)
    ),
    placed as (
        select
            number,
            session_id,
            source,
            campaign,
            is_sale,
            -- On the full hour, where several of one person meet.
            $began_at + since_us::bigint
                - case when is_tied then since_us::bigint % 3600000000 else 0 end as occurred_at
        from told
    )
select
    row_number() over (order by occurred_at, is_sale, number) as event_id,
    session_id::bigint as session_id,
    occurred_at,
    number,
    source::integer as source,
    campaign::integer as campaign,
    is_sale
from placed
