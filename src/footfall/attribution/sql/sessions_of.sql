-- The sessions of a person, and the changes of identity that made them theirs.
-- grain:   log_id
-- reads:   identity, owners
-- params:  business_id bigint, person_id bigint, as_of bigint (UTC microseconds)
-- returns: log_id bigint, changed_at bigint (UTC microseconds), kind varchar (attach, merge),
--          session_id bigint, profile_id bigint, other_id bigint, cause varchar
-- source:  docs/attribution.md, "Receipts"
with
    theirs as (
        select
            kind,
            row_id
        from owners
        where person_id = $person_id
    )
select
    identity.log_id,
    identity.changed_at,
    identity.kind,
    identity.session_id,
    identity.profile_id,
    identity.other_id,
    identity.cause
from identity
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
        (
            identity.kind = 'attach'
            and identity.session_id in (select theirs.row_id from theirs where theirs.kind = 'session')
        )
        or (
            identity.kind = 'merge'
            and identity.other_id in (select theirs.row_id from theirs where theirs.kind = 'profile')
        )
    )
order by identity.log_id
