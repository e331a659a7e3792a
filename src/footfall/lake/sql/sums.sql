-- How many events there are up to and from row numbers, and what they say, in parts of equal width.
-- grain:   part, business_id, action_id
-- reads:   events
-- params:  first bigint, last bigint (row numbers, both included), width bigint (of a part)
-- returns: part bigint (0 is the first), business_id bigint, action_id bigint, event_count bigint,
--          digest bigint (sum over the events modulo 2⁶³; what an erasure empties is not in it)
-- source:  docs/lake.md, "What the store lets go of"
select
    (event_id - $first) // $width as part,
    business_id,
    action_id,
    count(*) as event_count,
    (
        sum(
            md5_number_lower(
                concat_ws(
                    '|',
                    event_id,
                    business_id,
                    action_id,
                    coalesce(profile_id::varchar, '-'),
                    coalesce(session_id::varchar, '-'),
                    coalesce(object_id::varchar, '-'),
                    coalesce(token_id::varchar, '-'),
                    coalesce(amount_minor::varchar, '-'),
                    coalesce(currency, '-'),
                    occurred_at,
                    coalesce(tracked_at::varchar, '-'),
                    received_at,
                    is_bot::int,
                    is_ahead::int
                )
            )
        ) % 9223372036854775808
    )::bigint as digest
from events
where event_id between $first and $last
group by all
order by part, business_id, action_id
