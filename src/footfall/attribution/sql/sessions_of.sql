-- The sessions of a person, and the changes of identity that made them theirs.
-- grain:   log_id
-- reads:   identity, owners
-- params:  business_id bigint, person_id bigint, as_of bigint (UTC microseconds)
-- returns: log_id bigint, changed_at bigint (UTC microseconds), kind varchar (attach, merge),
--          session_id bigint, profile_id bigint, other_id bigint, cause varchar
-- source:  docs/attribution.md, "Receipts"
select
    identity.log_id,
    identity.changed_at,
    identity.kind,
    identity.session_id,
    identity.profile_id,
    identity.other_id,
    identity.cause
from identity
left join owners as of_session
    on of_session.kind = 'session' and of_session.row_id = identity.session_id
left join owners as of_profile
    on of_profile.kind = 'profile' and of_profile.row_id = identity.other_id
where
    identity.business_id = $business_id
    and identity.changed_at <= $as_of
    and not exists (
        select 1
        from identity as undo
        where
            undo.business_id = $business_id
            and undo.kind = 'undo'
            and undo.about_id = identity.log_id
            and undo.changed_at <= $as_of
    )
    and (
        (identity.kind = 'attach' and of_session.person_id = $person_id)
        or (identity.kind = 'merge' and of_profile.person_id = $person_id)
    )
order by identity.log_id
