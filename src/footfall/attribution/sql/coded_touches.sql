-- Touches in numbers: how each is told is the number of a telling. People's oldest come first.
-- grain:   touch_id
-- reads:   heard_touches, tellings
-- params:  none
-- returns: touch_id bigint, visitor bigint, person_id bigint, touched_at bigint, received_at bigint,
--          telling_no bigint, session_id bigint, event_id bigint, delivery_id bigint
-- source:  docs/architecture.md, "Which touch earned which sale"
select
    heard_touches.touch_id,
    heard_touches.visitor,
    heard_touches.person_id,
    heard_touches.touched_at,
    heard_touches.received_at,
    tellings.telling_no,
    heard_touches.session_id,
    heard_touches.event_id,
    heard_touches.delivery_id
from heard_touches
join tellings
    on tellings.kind = heard_touches.kind
    and tellings.evidence = heard_touches.evidence
    and tellings.source is not distinct from heard_touches.source
    and tellings.medium is not distinct from heard_touches.medium
    and tellings.campaign is not distinct from heard_touches.campaign
    and tellings.term is not distinct from heard_touches.term
    and tellings.content is not distinct from heard_touches.content
    and tellings.click_id_kind is not distinct from heard_touches.click_id_kind
    and tellings.link_id is not distinct from heard_touches.link_id
    and tellings.landing_page is not distinct from heard_touches.landing_page
order by
    heard_touches.person_id,
    heard_touches.touched_at,
    heard_touches.received_at,
    heard_touches.touch_id
