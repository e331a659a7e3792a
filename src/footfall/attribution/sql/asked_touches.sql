-- Touches as the engine reads them: numbers only.
-- grain:   touch_id
-- reads:   coded_touches, asked_tellings
-- params:  none
-- returns: touch_id bigint, person_id bigint, touched_at bigint, received_at bigint, kind tinyint,
--          is_direct boolean, value_code integer
-- source:  docs/attribution.md, "Reports"
select
    coded_touches.touch_id,
    coded_touches.person_id,
    coded_touches.touched_at,
    coded_touches.received_at,
    asked_tellings.kind,
    asked_tellings.is_direct,
    asked_tellings.value_code
from coded_touches
join asked_tellings on asked_tellings.telling_no = coded_touches.telling_no
