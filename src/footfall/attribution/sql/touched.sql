-- Touches of a time by class, and the people they reached, in each of some periods.
-- grain:   place
-- reads:   told_touches
-- params:  begins bigint[] (UTC microseconds, ascending), until_at bigint (UTC microseconds,
--          exclusive: where the last period ends)
-- returns: place bigint (of the period, from 1), touches bigint, external bigint, active bigint,
--          passive bigint, people bigint
-- source:  docs/attribution.md, "Reports"
with
    bounds as (
        select
            begins_at,
            lead(begins_at, 1, $until_at) over (order by begins_at) as ends_at,
            row_number() over (order by begins_at) as place
        from unnest($begins::bigint[]) as told(begins_at)
    ),
    counted as (
        select
            bounds.place,
            told_touches.kind,
            told_touches.person_id
        from told_touches
        join bounds
            on told_touches.touched_at >= bounds.begins_at
            and told_touches.touched_at < bounds.ends_at
        where told_touches.kind < 3
    )
select
    place,
    count(*) as touches,
    count(*) filter (kind = 0) as external,
    count(*) filter (kind = 1) as active,
    count(*) filter (kind = 2) as passive,
    count(distinct person_id) as people
from counted
group by place
order by place
