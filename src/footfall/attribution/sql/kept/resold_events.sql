-- Everything that decides what becomes of some conversions.
-- grain:   event_id
-- reads:   all_sales, all_refunds, resold
-- params:  none
-- returns: event_id bigint, business_id bigint, action varchar, session_id bigint, profile_id bigint,
--          object_id bigint, amount_minor bigint, currency varchar, occurred_at bigint, received_at
--          bigint, is_bot boolean, object_reference varchar
-- source:  sql/conversions.sql
with
    numbers as (
        select all_sales.event_id
        from all_sales
        join resold on resold.sale_no = all_sales.object_id
        where all_sales.action like 'order.%'
        union
        select all_sales.event_id
        from all_sales
        join resold on resold.sale_no = -all_sales.event_id
        union
        select all_sales.event_id
        from all_sales
        join all_refunds on all_refunds.object_id = all_sales.object_id
        join resold on resold.sale_no = all_refunds.parent_id
        where all_sales.action = 'refund.received'
    )
select
    all_sales.event_id,
    all_sales.business_id,
    all_sales.action,
    all_sales.session_id,
    all_sales.profile_id,
    all_sales.object_id,
    all_sales.amount_minor,
    all_sales.currency,
    all_sales.occurred_at,
    all_sales.received_at,
    all_sales.is_bot,
    all_sales.object_reference
from all_sales
join numbers on numbers.event_id = all_sales.event_id
