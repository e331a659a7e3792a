-- Events that may be evidence of marketing, with what decides whether they are.
-- grain:   event_id
-- reads:   events
-- params:  business_id bigint, after bigint (row number: only later ones)
-- returns: event_id bigint, business_id bigint, action varchar, session_id bigint, profile_id bigint,
--          occurred_at bigint, received_at bigint, is_bot boolean, utm_source varchar, utm_medium
--          varchar, utm_campaign varchar, utm_term varchar, utm_content varchar, utm_observed_at
--          bigint, click_id_kind varchar, click_id varchar, referrer varchar, page_url varchar, link_id
--          varchar
-- source:  sql/touches.sql, which reads no other events
select
    event_id,
    business_id,
    action,
    session_id,
    profile_id,
    occurred_at,
    received_at,
    is_bot,
    utm_source,
    utm_medium,
    utm_campaign,
    utm_term,
    utm_content,
    utm_observed_at,
    click_id_kind,
    click_id,
    referrer,
    page_url,
    link_id
from events
where
    business_id = $business_id
    and event_id > $after
    and coalesce(session_id, profile_id) is not null
    and (utm_source is not null or click_id is not null or referrer is not null or link_id is not null)
