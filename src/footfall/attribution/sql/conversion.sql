-- One conversion with its money, and when the same person had converted before it.
-- grain:   conversion_id
-- reads:   told_conversions
-- params:  reference varchar (of the order), event_id bigint (that started it; 0: any)
-- returns: conversion_id bigint, person_id bigint (a profile, or minus a session nobody owns),
--          converted_at bigint, action varchar, reference varchar, currency varchar, gross_minor
--          bigint, refunded_minor bigint, is_cancelled boolean, net_minor bigint, session_id bigint,
--          previous_at bigint (UTC microseconds; null: never)
-- source:  docs/attribution.md, "Receipts"
select
    this.conversion_id,
    this.person_id,
    this.converted_at,
    this.action,
    this.reference,
    this.currency,
    this.gross_minor,
    this.refunded_minor,
    this.is_cancelled,
    this.net_minor,
    this.session_id,
    max(earlier.converted_at) as previous_at
from told_conversions as this
left join told_conversions as earlier
    on earlier.person_id = this.person_id
    and earlier.converted_at < this.converted_at
where this.reference = $reference or this.conversion_id = $event_id
group by all
order by this.conversion_id
