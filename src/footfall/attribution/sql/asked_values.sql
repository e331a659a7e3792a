-- What touches are credited by, numbered in the order of its names.
-- grain:   value
-- reads:   named_tellings
-- params:  none
-- returns: value varchar, value_code integer (from 0)
-- source:  docs/attribution.md, "Reports"
select
    value,
    (row_number() over (order by value) - 1)::integer as value_code
from named_tellings
group by value
