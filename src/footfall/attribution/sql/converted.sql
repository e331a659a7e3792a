-- Conversions in one currency; those without a rate as they were.
-- grain:   conversion_id
-- reads:   told_conversions, exchanged
-- params:  to varchar (ISO 4217)
-- returns: conversion_id bigint, person_id bigint, converted_at bigint, action varchar, order_id
--          bigint, reference varchar, currency varchar, gross_minor bigint, refunded_minor bigint,
--          is_cancelled boolean, net_minor bigint, session_id bigint, profile_id bigint (as told_conversions
--          has them)
-- source:  docs/attribution.md, "Currencies"
select told_conversions.* replace (
    case when exchanged.amounts is null then told_conversions.currency else $to end as currency,
    coalesce(exchanged.amounts[1], told_conversions.gross_minor) as gross_minor,
    coalesce(exchanged.amounts[2], told_conversions.refunded_minor) as refunded_minor,
    coalesce(exchanged.amounts[3], told_conversions.net_minor) as net_minor
)
from told_conversions
left join exchanged on exchanged.conversion_id = told_conversions.conversion_id
