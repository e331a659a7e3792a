-- Refunds with the orders that they are of, as their latest rows tell.
-- grain:   object_id
-- reads:   objects
-- params:  business_id bigint, after bigint (step of archiving: only rows of later ones)
-- returns: object_id bigint, business_id bigint, parent_id bigint
-- source:  sql/conversions.sql
select
    object_id,
    business_id,
    parent_id
from objects
where business_id = $business_id and archived_no > $after and kind = 'refund'
qualify row_number() over (partition by object_id order by archived_no desc) = 1
