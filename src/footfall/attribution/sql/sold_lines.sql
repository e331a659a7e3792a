-- What was sold in conversions: the lines of their orders, in their order.
-- grain:   conversion_id, line_no
-- reads:   told_conversions, goods
-- params:  conversion_id bigint (0: all of them)
-- returns: conversion_id bigint, line_no bigint (from 1), product varchar, category varchar,
--          quantity bigint, currency varchar, line_minor bigint (minor units of that currency; both
--          null: the line has no price), is_priced boolean (in the currency of the order)
-- source:  docs/attribution.md, "Reports"
with
    ordered as (
        select
            told_conversions.conversion_id,
            coalesce(basket.currency, told_conversions.currency) as order_currency,
            from_json(
                basket.lines,
                '[{"product_id":"BIGINT","quantity":"BIGINT","price_minor":"BIGINT","currency":"VARCHAR"}]'
            ) as lines
        from told_conversions
        join goods as basket on basket.object_id = told_conversions.order_id
        where
            basket.lines is not null
            and ($conversion_id = 0 or told_conversions.conversion_id = $conversion_id)
    ),
    numbered as (
        select
            conversion_id,
            order_currency,
            unnest(lines) as line,
            generate_subscripts(lines, 1) as line_no
        from ordered
    )
select
    numbered.conversion_id,
    numbered.line_no,
    -- A variant is sold as its product.
    coalesce(whole.name, item.name) as product,
    coalesce(item.category, whole.category) as category,
    numbered.line.quantity as quantity,
    numbered.line.currency as currency,
    numbered.line.quantity * numbered.line.price_minor as line_minor,
    coalesce(numbered.line.currency = numbered.order_currency, false) as is_priced
from numbered
left join goods as item on item.object_id = numbered.line.product_id
left join goods as whole on whole.object_id = item.parent_id
order by numbered.conversion_id, numbered.line_no
