-- Visitors whose touches may be others than before: of sessions their numbers, of profiles minus them.
-- grain:   visitor
-- reads:   new_evidence, new_messages, moved_sessions, moved_profiles, all_evidence
-- params:  none
-- returns: visitor bigint
-- source:  docs/architecture.md, "Kept between questions"
select coalesce(session_id, -profile_id) as visitor
from new_evidence
union
select -profile_id
from new_messages
union
select session_id
from moved_sessions
union
select -profile_id
from moved_profiles
union
select coalesce(told.session_id, -told.profile_id)
from all_evidence as told
join moved_profiles on moved_profiles.profile_id = told.profile_id
