-- Changes of who belongs to whom.
-- grain:   log_id
-- reads:   identity
-- params:  business_id bigint, after bigint (row number: only later ones)
-- returns: log_id bigint, business_id bigint, changed_at bigint, kind varchar, session_id bigint, profile_id
--          bigint, other_id bigint, about_id bigint, cause varchar
-- source:  sql/owners.sql, sql/sessions_of.sql
select
    log_id,
    business_id,
    changed_at,
    kind,
    session_id,
    profile_id,
    other_id,
    about_id,
    cause
from identity
where business_id = $business_id and log_id > $after and kind in ('attach', 'merge', 'undo')
