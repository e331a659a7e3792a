-- The conversions that a report is about.
-- grain:   conversion_row
-- reads:   conversions
-- params:  none
-- returns: conversion_row bigint (as candidates have it), conversion_id bigint, person_id bigint,
--          converted_at bigint (UTC microseconds), net_minor bigint, is_first boolean (that person
--          had converted by nothing before, in whatever currency)
-- source:  docs/attribution.md, "Reports"
with
    numbered as (
        select
            conversion_id,
            person_id,
            converted_at,
            net_minor,
            is_asked,
            row_number() over (order by conversion_id) - 1 as conversion_row,
            row_number() over (
                partition by person_id
                order by converted_at, conversion_id
            ) = 1 as is_first
        from conversions
    )
select
    conversion_row,
    conversion_id,
    person_id,
    converted_at,
    net_minor,
    is_first
from numbered
where is_asked
order by conversion_row
