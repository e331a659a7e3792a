-- When somebody came to the milestone of a journey, such as filling in a form.
-- grain:   event_id
-- reads:   events, owners
-- params:  business_id bigint, as_of bigint (UTC microseconds), milestone varchar (an action)
-- returns: event_id bigint, person_id bigint (a profile, or minus a session nobody owns), reached_at
--          bigint (UTC microseconds)
-- source:  docs/attribution.md, "Models"
select
    events.event_id,
    coalesce(
        profile.person_id, events.profile_id, owner.person_id, -events.session_id
    ) as person_id,
    events.occurred_at as reached_at
from events
left join owners as profile on profile.kind = 'profile' and profile.row_id = events.profile_id
left join owners as owner on owner.kind = 'session' and owner.row_id = events.session_id
where
    events.business_id = $business_id
    and events.received_at <= $as_of
    and events.action = $milestone
    and not events.is_bot
