-- What is shown of conversions in a list.
-- grain:   conversion_id
-- reads:   told_conversions
-- params:  ids bigint[] (conversions)
-- returns: conversion_id bigint, action varchar, reference varchar, gross_minor bigint, converted_at
--          bigint (UTC microseconds)
-- source:  docs/attribution.md, "Reports"
select
    conversion_id,
    action,
    reference,
    gross_minor,
    converted_at
from told_conversions
where list_contains($ids, conversion_id)
