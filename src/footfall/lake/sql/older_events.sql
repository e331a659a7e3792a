-- A business's events within row numbers, as the store has them, of somebody or something.
-- grain:   event_id
-- reads:   events
-- params:  first bigint, last bigint (row numbers, both included); each of the following may be
--          null for any: session_id bigint, object_id bigint, action_id bigint, since_at bigint and
--          until_at bigint (UTC microseconds, since ≤ occurred_at < until), profile_ids bigint[]
--          with session_ids bigint[] (whose it is, by itself or else through its session);
--          direction bigint (1 oldest first, -1 newest first), most bigint (rows)
-- returns: as span.sql
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
where
    event_id between $first and $last
    and ($session_id::bigint is null or session_id = $session_id)
    and ($object_id::bigint is null or object_id = $object_id)
    and ($action_id::bigint is null or action_id = $action_id)
    and ($since_at::bigint is null or occurred_at >= $since_at)
    and ($until_at::bigint is null or occurred_at < $until_at)
    and (
        $profile_ids::bigint[] is null
        or list_contains($profile_ids::bigint[], profile_id)
        or (profile_id is null and list_contains($session_ids::bigint[], session_id))
    )
order by event_id * $direction
limit $most
