-- The ids of conversions, by the numbers that candidates have for them.
-- grain:   conversion_id
-- reads:   conversions
-- params:  none
-- returns: conversion_id bigint
-- source:  docs/attribution.md, "Which touches count"
select conversion_id
from conversions
order by conversion_id
