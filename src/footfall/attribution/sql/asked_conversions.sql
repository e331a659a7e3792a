-- Conversions as the engine reads them, and which of them a report asks for.
-- grain:   conversion_id
-- reads:   told_conversions
-- params:  currency varchar, since_at bigint, until_at bigint (UTC microseconds, half-open)
-- returns: conversion_id bigint, person_id bigint, converted_at bigint, net_minor bigint,
--          is_asked boolean
-- source:  docs/attribution.md, "Reports"
select
    conversion_id,
    person_id,
    converted_at,
    net_minor,
    currency = $currency
        and converted_at >= $since_at
        and converted_at < $until_at
        and net_minor > 0 as is_asked
from told_conversions
