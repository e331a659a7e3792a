-- What is sold, and the orders it is sold in.
-- grain:   object_id
-- reads:   objects
-- params:  business_id bigint
-- returns: object_id bigint, business_id bigint, parent_id bigint (of a variant its product), name
--          varchar, category varchar, currency varchar, lines varchar (JSON, of an order)
-- source:  docs/attribution.md, "Reports"
select
    object_id,
    business_id,
    parent_id,
    name,
    json_extract_string(data, '$.categories[0]') as category,
    currency,
    lines
from objects
where business_id = $business_id and kind in ('order', 'product', 'variant')
