-- Whose each conversion is, by the numbers that candidates have for them.
-- grain:   conversion_id
-- reads:   conversions
-- params:  none
-- returns: conversion_id bigint, person_id bigint, is_asked boolean
-- source:  docs/attribution.md, "How sure credit is"
select
    conversion_id,
    person_id,
    is_asked
from conversions
order by conversion_id
