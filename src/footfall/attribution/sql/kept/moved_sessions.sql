-- Sessions that may belong to somebody else than before.
-- grain:   session_id
-- reads:   all_changes, new_changes, moved_profiles
-- params:  none
-- returns: session_id bigint
-- source:  docs/architecture.md, "Kept between questions"
select session_id
from new_changes
where kind = 'attach'
union
select undone.session_id
from all_changes as undone
join new_changes as undo on undo.about_id = undone.log_id and undo.kind = 'undo'
where undone.kind = 'attach'
union
select attached.session_id
from all_changes as attached
join moved_profiles on moved_profiles.profile_id = attached.profile_id
where attached.kind = 'attach'
