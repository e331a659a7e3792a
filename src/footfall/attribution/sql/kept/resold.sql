-- Conversions that may be others than before: of orders their numbers, of other goals minus the event.
-- grain:   sale_no
-- reads:   new_sales, old_refunds, new_refunds, old_told_conversions, moved_sessions, moved_profiles
-- params:  none
-- returns: sale_no bigint
-- source:  docs/architecture.md, "Kept between questions"
with
    -- A refund whose order is told anew takes from one order and gives to another.
    told_refunds as (
        select object_id, parent_id from old_refunds
        union
        select object_id, parent_id from new_refunds
    )
select -event_id as sale_no
from new_sales
union
select object_id
from new_sales
where action like 'order.%' and object_id is not null
union
select told_refunds.parent_id
from new_sales
join told_refunds on told_refunds.object_id = new_sales.object_id
where told_refunds.parent_id is not null
union
select told_refunds.parent_id
from new_refunds
join told_refunds on told_refunds.object_id = new_refunds.object_id
where told_refunds.parent_id is not null
union
select coalesce(sold.order_id, -sold.conversion_id)
from old_told_conversions as sold
join moved_sessions on moved_sessions.session_id = sold.session_id
union
select coalesce(sold.order_id, -sold.conversion_id)
from old_told_conversions as sold
join moved_profiles on moved_profiles.profile_id = sold.profile_id
