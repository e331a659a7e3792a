-- Sales and other goals with what is left of their value: one for each order, however often reported.
-- grain:   conversion_id
-- reads:   events, objects, owners
-- params:  business_id bigint, as_of bigint (UTC microseconds), goals varchar[] (actions that
--          convert), is_confirmed_only boolean (orders count once order.confirmed is there)
-- returns: conversion_id bigint (the event that started it), person_id bigint (a profile, or minus a
--          session nobody owns), converted_at bigint, action varchar, order_id bigint, reference
--          varchar, currency varchar, gross_minor bigint, refunded_minor bigint, is_cancelled
--          boolean, net_minor bigint (never below 0), session_id bigint, profile_id bigint (what it names)
-- source:  contract 4.3, 7.4, 7.5; docs/attribution.md, "Conversions and money"
with
    known as (
        select *
        from events
        where business_id = $business_id and received_at <= $as_of
    ),
    -- Whoever reports a refund once more gives nothing back again.
    first_refunds as (
        select *
        from known
        where action = 'refund.received'
        qualify row_number() over (partition by object_id order by received_at, event_id) = 1
    ),
    steps as (
        select
            object_id,
            bool_or(action = 'order.cancelled') as is_cancelled,
            bool_or(action = 'order.confirmed') as is_confirmed
        from known
        where action in ('order.cancelled', 'order.confirmed')
        group by object_id
    ),
    refunds as (
        select
            refund.parent_id as order_id,
            first_refunds.currency,
            sum(first_refunds.amount_minor)::bigint as refunded_minor
        from first_refunds
        join objects as refund
            on refund.business_id = $business_id
            and refund.object_id = first_refunds.object_id
            and refund.parent_id is not null
        group by refund.parent_id, first_refunds.currency
    )
select
    known.event_id as conversion_id,
    coalesce(profile.person_id, known.profile_id, owner.person_id, -known.session_id) as person_id,
    known.occurred_at as converted_at,
    known.action,
    case when known.action = 'order.placed' then known.object_id end as order_id,
    known.object_reference as reference,
    known.currency,
    known.amount_minor as gross_minor,
    least(coalesce(refunds.refunded_minor, 0), known.amount_minor) as refunded_minor,
    coalesce(steps.is_cancelled, false) as is_cancelled,
    case
        when steps.is_cancelled then 0
        else greatest(known.amount_minor - coalesce(refunds.refunded_minor, 0), 0)
    end as net_minor,
    known.session_id,
    known.profile_id
from known
left join steps on steps.object_id = known.object_id and known.action = 'order.placed'
left join refunds
    on refunds.order_id = known.object_id
    and refunds.currency = known.currency
    and known.action = 'order.placed'
left join owners as profile on profile.kind = 'profile' and profile.row_id = known.profile_id
left join owners as owner on owner.kind = 'session' and owner.row_id = known.session_id
where
    list_contains($goals, known.action)
    and known.amount_minor > 0
    and not known.is_bot
    and (known.action <> 'order.placed' or not $is_confirmed_only or steps.is_confirmed)
qualify
    known.action <> 'order.placed'
    or known.object_id is null
    or row_number() over (
        partition by known.action, known.object_id
        order by known.received_at, known.event_id
    ) = 1
