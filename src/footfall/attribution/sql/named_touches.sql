-- Touches with what a report credits them by.
-- grain:   touch_id
-- reads:   coded_touches, named_tellings
-- params:  none
-- returns: touch_id bigint, person_id bigint, touched_at bigint, received_at bigint, kind tinyint,
--          is_direct boolean, value varchar
-- source:  docs/attribution.md, "Reports"
select
    coded_touches.touch_id,
    coded_touches.person_id,
    coded_touches.touched_at,
    coded_touches.received_at,
    named_tellings.kind,
    named_tellings.is_direct,
    named_tellings.value
from coded_touches
join named_tellings on named_tellings.telling_no = coded_touches.telling_no
