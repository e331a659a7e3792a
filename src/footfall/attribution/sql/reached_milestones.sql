-- The milestones that came before each conversion.
-- grain:   conversion_row, age_us
-- reads:   conversions, told_milestones
-- params:  none
-- returns: conversion_row bigint (as candidates have it), age_us bigint (before the conversion)
-- source:  docs/attribution.md, "Models"
with
    numbered as (
        select
            person_id,
            converted_at,
            is_asked,
            row_number() over (order by conversion_id) - 1 as conversion_row
        from conversions
    )
select distinct
    numbered.conversion_row,
    numbered.converted_at - told_milestones.reached_at as age_us
from numbered
join told_milestones
    on told_milestones.person_id = numbered.person_id
    and told_milestones.reached_at <= numbered.converted_at
where numbered.is_asked
order by numbered.conversion_row, age_us
