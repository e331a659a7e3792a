-- Who each session and profile belonged to, replayed from the log of identity.
-- grain:   kind, row_id
-- reads:   identity
-- params:  business_id bigint, as_of bigint (UTC microseconds; later changes are not known yet)
-- returns: kind varchar (session, profile), row_id bigint, person_id bigint (the profile that all
--          who are one person were merged into)
-- source:  docs/attribution.md, "Whose touch, whose sale"
with recursive
    known as (
        select *
        from identity
        where business_id = $business_id and changed_at <= $as_of
    ),
    standing as (
        select known.*
        from known
        left join known as undone on undone.about_id = known.log_id and undone.kind = 'undo'
        where undone.log_id is null
    ),
    merges as (
        select
            other_id as member_id,
            profile_id as into_id
        from standing
        where kind = 'merge'
        qualify row_number() over (partition by other_id order by log_id desc) = 1
    ),
    climbing as (
        select
            member_id as row_id,
            into_id as person_id,
            1 as depth
        from merges
        union all
        select
            climbing.row_id,
            merges.into_id,
            climbing.depth + 1
        from climbing
        join merges on merges.member_id = climbing.person_id
        -- Merges make a tree; a log that was tampered with must not make this endless.
        where climbing.depth < 64
    ),
    roots as (
        select
            row_id,
            person_id
        from climbing
        qualify row_number() over (partition by row_id order by depth desc) = 1
    ),
    attached as (
        select
            session_id,
            profile_id
        from standing
        where kind = 'attach'
        qualify row_number() over (partition by session_id order by log_id desc) = 1
    )
select
    'profile' as kind,
    row_id,
    person_id
from roots
union all
select
    'session' as kind,
    attached.session_id as row_id,
    coalesce(roots.person_id, attached.profile_id) as person_id
from attached
left join roots on roots.row_id = attached.profile_id
