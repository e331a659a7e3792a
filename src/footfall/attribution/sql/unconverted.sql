-- The touches that led to nothing, each person's oldest first.
-- grain:   touch_id
-- reads:   touches, conversions
-- params:  since_at bigint, until_at bigint (UTC microseconds, half-open: when the last of them was),
--          is_split boolean (true: what came after somebody's last conversion led to nothing;
--          false: only what people met who never converted)
-- returns: person_id bigint, value_code integer
-- source:  docs/attribution.md, "Journeys that led to nothing"
with
    ended as (
        select person_id, max(converted_at) as last_at
        from conversions
        group by person_id
    ),
    left_over as (
        select
            touches.person_id,
            touches.touched_at,
            touches.received_at,
            touches.touch_id,
            touches.value_code
        from touches
        left join ended on ended.person_id = touches.person_id
        where ended.person_id is null or ($is_split and touches.touched_at > ended.last_at)
    ),
    asked as (
        select person_id
        from left_over
        group by person_id
        having max(touched_at) >= $since_at and max(touched_at) < $until_at
    )
select
    left_over.person_id,
    left_over.value_code
from left_over
where left_over.person_id in (select asked.person_id from asked)
order by left_over.person_id, left_over.touched_at, left_over.received_at, left_over.touch_id
