-- Every touch of the person behind a conversion, oldest first.
-- grain:   touch_id
-- reads:   told_touches, told_conversions
-- params:  conversion_id bigint
-- returns: touch_id bigint, touched_at bigint (UTC microseconds), kind tinyint (0 external, 1 active,
--          2 passive, 3 met by a bot), evidence varchar, source varchar, medium varchar, campaign varchar, term
--          varchar, content varchar, link_id varchar, landing_page varchar, channel varchar,
--          session_id bigint, event_id bigint, delivery_id bigint
-- source:  docs/attribution.md, "Receipts"
select
    told_touches.touch_id,
    told_touches.touched_at,
    told_touches.kind,
    told_touches.evidence,
    told_touches.named_source as source,
    told_touches.named_medium as medium,
    told_touches.named_campaign as campaign,
    told_touches.term,
    told_touches.content,
    told_touches.link_id,
    told_touches.landing_page,
    told_touches.channel,
    told_touches.session_id,
    told_touches.event_id,
    told_touches.delivery_id
from told_conversions
join told_touches on told_touches.person_id = told_conversions.person_id
where told_conversions.conversion_id = $conversion_id
order by told_touches.touched_at, told_touches.received_at, told_touches.touch_id
