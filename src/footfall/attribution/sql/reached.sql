-- How many people each value reached, and how many of them met another touch later.
-- grain:   value_code
-- reads:   touches
-- params:  since_at bigint, until_at bigint (UTC microseconds, half-open)
-- returns: value_code integer (null: any of them), reached bigint, again bigint (people)
-- source:  docs/attribution.md, "Reports"
with
    asked as (
        select
            person_id,
            touch_id,
            touched_at,
            received_at,
            value_code
        from touches
        where touched_at >= $since_at and touched_at < $until_at
    ),
    latest as (
        select
            person_id,
            max((touched_at, received_at, touch_id)) as last_touch
        from asked
        group by person_id
    ),
    firsts as (
        select
            person_id,
            value_code,
            min((touched_at, received_at, touch_id)) as first_touch
        from asked
        group by grouping sets ((person_id, value_code), (person_id))
    )
select
    firsts.value_code,
    count(*) as reached,
    count(*) filter (latest.last_touch > firsts.first_touch) as again
from firsts
join latest on latest.person_id = firsts.person_id
group by firsts.value_code
order by firsts.value_code nulls first
