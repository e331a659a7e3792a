-- All touches, in whatever order they lie: journeys to nothing are made of them.
-- grain:   touch_id
-- reads:   coded_touches
-- params:  none
-- returns: person_id bigint, touched_at bigint, received_at bigint, touch_id bigint, telling_no bigint
-- source:  docs/attribution.md, "Journeys that led to nothing"
select
    person_id,
    touched_at,
    received_at,
    touch_id,
    telling_no
from coded_touches
