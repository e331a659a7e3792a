-- What happened in some days as rows of the lake.
-- grain:   event_id
-- reads:   happened
-- params:  since_at bigint, until_at bigint, placed bigint, viewed bigint (row numbers of actions)
-- returns: the columns of the lake's events
-- source:  docs/lake.md
select
    event_id,
    1::bigint as business_id,
    case when is_sale then 'order.placed' else 'page.viewed' end as action,
    case when is_sale then $placed else $viewed end::bigint as action_id,
    null::bigint as profile_id,
    session_id,
    case when is_sale then number + 1 end as object_id,
    1::bigint as token_id,
    case when is_sale then (hash(number) % 20000)::bigint + 100 end as amount_minor,
    case when is_sale then 'USD' end as currency,
    occurred_at,
    null::bigint as tracked_at,
    occurred_at + 250000 as received_at,
    false as is_bot,
    false as is_ahead,
    case when not is_sale then 'source-' || source end as utm_source,
    case when not is_sale then (['cpc', 'email', 'social', 'referral'])[source % 4 + 1] end as utm_medium,
    case when not is_sale then 'campaign-' || campaign end as utm_campaign,
    null::varchar as utm_term,
    null::varchar as utm_content,
    case when not is_sale then occurred_at end as utm_observed_at,
    null::varchar as click_id_kind,
    null::varchar as click_id,
    null::varchar as referrer,
    case when not is_sale then 'https://shop.example/products/' || number % 1000 end as page_url,
    null::varchar as link_id,
    case when is_sale then 'order-' || number end as object_reference,
    case when is_sale then 'order' end as object_kind,
    '{"page":{"url":"https://shop.example/products/' || number % 1000 || '"}}' as data,
    make_date((occurred_at // 86400000000)::integer) as day_on
from happened
where occurred_at >= $since_at and occurred_at < $until_at
