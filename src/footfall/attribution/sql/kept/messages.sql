-- Messages that were delivered.
-- grain:   delivery_id
-- reads:   deliveries
-- params:  business_id bigint, after bigint (row number: only later ones)
-- returns: delivery_id bigint, business_id bigint, profile_id bigint, campaign varchar, channel varchar,
--          delivered_at bigint, created_at bigint
-- source:  sql/touches.sql
select
    delivery_id,
    business_id,
    profile_id,
    campaign,
    channel,
    delivered_at,
    created_at
from deliveries
where business_id = $business_id and delivery_id > $after and profile_id is not null
