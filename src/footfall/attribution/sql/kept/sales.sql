-- Events that are conversions, change what becomes of one, or are milestones.
-- grain:   event_id
-- reads:   events
-- params:  business_id bigint, after bigint (row number: only later ones), goals varchar[] (actions
--          that convert), milestone varchar (an action)
-- returns: event_id bigint, business_id bigint, action varchar, session_id bigint, profile_id bigint,
--          object_id bigint, amount_minor bigint, currency varchar, occurred_at bigint, received_at
--          bigint, is_bot boolean, object_reference varchar
-- source:  sql/conversions.sql, sql/milestones.sql, which read no other events
select
    event_id,
    business_id,
    action,
    session_id,
    profile_id,
    object_id,
    amount_minor,
    currency,
    occurred_at,
    received_at,
    is_bot,
    object_reference
from events
where
    business_id = $business_id
    and event_id > $after
    and (
        list_contains($goals, action)
        or action = $milestone
        or action in ('order.placed', 'order.cancelled', 'order.confirmed', 'refund.received')
    )
