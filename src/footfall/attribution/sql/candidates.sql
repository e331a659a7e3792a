-- The touches that count for each conversion, each conversion's oldest first.
-- grain:   conversion_row, touch_id
-- reads:   touches, conversions
-- params:  external_us bigint, active_us bigint, passive_us bigint (microseconds, inclusive),
--          is_split boolean (a touch belongs to the first conversion after it)
-- returns: conversion_row bigint (from 0, in the order of conversion_id), touch_id bigint,
--          age_us bigint (before the conversion), kind tinyint (0 external, 1 active, 2 passive),
--          is_direct boolean, value_code integer
-- source:  docs/attribution.md, "Which touches count"
with
    numbered as (
        select
            person_id,
            converted_at,
            is_asked,
            row_number() over (order by conversion_id) - 1 as conversion_row,
            max(converted_at) over (
                partition by person_id
                order by converted_at
                range between unbounded preceding and 1 preceding
            ) as previous_at
        from conversions
    )
select
    numbered.conversion_row,
    touches.touch_id,
    numbered.converted_at - touches.touched_at as age_us,
    touches.kind,
    touches.is_direct,
    touches.value_code
from numbered
join touches
    on touches.person_id = numbered.person_id
    and touches.touched_at <= numbered.converted_at
    and numbered.converted_at - touches.touched_at <= case touches.kind
        when 0 then $external_us
        when 1 then $active_us
        else $passive_us
    end
where
    numbered.is_asked
    and (
        not $is_split
        or numbered.previous_at is null
        or touches.touched_at > numbered.previous_at
    )
order by
    numbered.conversion_row,
    touches.touched_at,
    touches.received_at,
    touches.touch_id
