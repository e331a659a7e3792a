-- Profiles that belong to somebody else than before, after changes of merges.
-- grain:   profile_id
-- reads:   old_owners, merged_owners
-- params:  none
-- returns: profile_id bigint
-- source:  docs/architecture.md, "Kept between questions"
with
    before as (
        select row_id, person_id from old_owners where kind = 'profile'
    ),
    now as (
        select row_id, person_id from merged_owners where kind = 'profile'
    )
select coalesce(before.row_id, now.row_id) as profile_id
from before
full join now on now.row_id = before.row_id
where before.person_id is distinct from now.person_id
