-- Touches as the engine reads them: numbers only.
-- grain:   touch_id
-- reads:   named_touches, asked_values
-- params:  none
-- returns: touch_id bigint, person_id bigint, touched_at bigint, kind tinyint, is_direct boolean,
--          value_code integer
-- source:  docs/attribution.md, "Reports"
select
    named_touches.touch_id,
    named_touches.person_id,
    named_touches.touched_at,
    named_touches.kind,
    named_touches.is_direct,
    asked_values.value_code
from named_touches
join asked_values on asked_values.value = named_touches.value
