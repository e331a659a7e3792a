-- What is sold, and the orders it is sold in, as their latest rows tell.
-- grain:   object_id
-- reads:   objects
-- params:  business_id bigint, after bigint (step of archiving: only rows of later ones)
-- returns: object_id bigint, business_id bigint, parent_id bigint, name varchar, category varchar,
--          currency varchar, lines varchar (JSON)
-- source:  sql/goods.sql
select
    object_id,
    business_id,
    parent_id,
    name,
    json_extract_string(data, '$.categories[0]') as category,
    currency,
    lines
from objects
where
    business_id = $business_id
    and archived_no > $after
    and kind in ('order', 'product', 'variant')
qualify row_number() over (partition by object_id order by archived_no desc) = 1
order by object_id
