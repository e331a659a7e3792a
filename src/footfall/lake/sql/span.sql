-- Events by their row numbers, as the store has them.
-- grain:   event_id
-- reads:   events
-- params:  first bigint, last bigint (row numbers, both included)
-- returns: event_id bigint, business_id bigint, action_id bigint, profile_id bigint, session_id
--          bigint, object_id bigint, token_id bigint, amount_minor bigint, currency varchar,
--          occurred_at bigint, tracked_at bigint, received_at bigint (UTC microseconds), is_bot
--          boolean, is_ahead boolean, data varchar (JSON)
-- source:  docs/lake.md, "What the store lets go of"
select
    event_id,
    business_id,
    action_id,
    profile_id,
    session_id,
    object_id,
    token_id,
    amount_minor,
    currency,
    occurred_at,
    tracked_at,
    received_at,
    is_bot,
    is_ahead,
    data
from events
where event_id between $first and $last
order by event_id
