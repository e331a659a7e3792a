-- The ways in which touches are told, with the number of what a report credits each by.
-- grain:   telling_no
-- reads:   named_tellings, asked_values
-- params:  none
-- returns: telling_no bigint, kind tinyint, is_direct boolean, value_code integer
-- source:  docs/attribution.md, "Reports"
select
    named_tellings.telling_no,
    named_tellings.kind,
    named_tellings.is_direct,
    asked_values.value_code
from named_tellings
join asked_values on asked_values.value = named_tellings.value
