-- Touches with everything that is told of them.
-- grain:   touch_id
-- reads:   coded_touches, tellings
-- params:  none
-- returns: touch_id bigint (of those received together the earlier has the smaller one), visitor bigint,
--          person_id bigint, touched_at bigint, received_at bigint, kind tinyint, evidence varchar,
--          source varchar, medium varchar, campaign varchar, term varchar, content varchar,
--          click_id_kind varchar, link_id varchar, landing_page varchar, named_source varchar, named_medium varchar, named_campaign varchar,
--          channel varchar, session_id bigint, event_id bigint, delivery_id bigint
-- source:  docs/attribution.md, "Touches"
select
    coded_touches.touch_id,
    coded_touches.visitor,
    coded_touches.person_id,
    coded_touches.touched_at,
    coded_touches.received_at,
    tellings.kind,
    tellings.evidence,
    tellings.source,
    tellings.medium,
    tellings.campaign,
    tellings.term,
    tellings.content,
    tellings.click_id_kind,
    tellings.link_id,
    tellings.landing_page,
    tellings.named_source,
    tellings.named_medium,
    tellings.named_campaign,
    tellings.channel,
    coded_touches.session_id,
    coded_touches.event_id,
    coded_touches.delivery_id
from coded_touches
join tellings on tellings.telling_no = coded_touches.telling_no
