-- Evidence that marketing reached somebody: campaigns, ad clicks, referrers, tracked links, messages.
-- grain:   touch_id
-- reads:   events, deliveries, owners
-- params:  business_id bigint, as_of bigint (UTC microseconds), visit_us bigint (idle time that
--          ends a visit), own_sources varchar[] (utm_source of the business's own messages),
--          own_hosts varchar[] (never a referrer: the business's own and payment providers')
-- returns: touch_id bigint (of those received together the earlier has the smaller one), visitor bigint
--          (a session, or minus a profile that was told without one), person_id bigint (a profile, or
--          minus a session nobody owns), touched_at bigint, received_at bigint, kind tinyint (0
--          external, 1 active, 2 passive, 3 met by a bot: nothing counts it), evidence varchar (campaign, ad_click, referrer, link,
--          delivery), source varchar, medium varchar, campaign varchar, term varchar, content varchar,
--          click_id_kind varchar, link_id varchar, landing_page varchar (host and path), session_id bigint,
--          event_id bigint, delivery_id bigint (one of the two)
-- source:  contract 5.6, 7.2; docs/attribution.md, "Touches"
with
    told as (
        select
            event_id,
            action,
            session_id,
            profile_id,
            occurred_at,
            received_at,
            utm_source as told_source,
            utm_medium as told_medium,
            case when utm_source is not null and utm_medium is not null then utm_source end as source,
            case when utm_source is not null and utm_medium is not null then utm_medium end as medium,
            utm_campaign as campaign,
            utm_term as term,
            utm_content as content,
            -- A page may stamp a campaign again at each look; never later than it was told.
            least(coalesce(utm_observed_at, occurred_at), occurred_at) as observed_at,
            utm_observed_at is not null as is_observed,
            click_id_kind,
            click_id,
            nullif(regexp_extract(lower(referrer), '^[a-z]+://(?:www\.)?([^/:?#]+)', 1), '') as host,
            nullif(regexp_extract(lower(page_url), '^[a-z]+://(?:www\.)?([^/:?#]+)', 1), '') as page_host,
            contains(lower(page_url), 'utm_source=') as is_in_address,
            rtrim(regexp_replace(page_url, '^[A-Za-z]+://|[?#].*$', '', 'g'), '/') as landing_page,
            link_id,
            is_bot,
            -- What a shop's backend tells has no session: whoever it is about is the visitor then.
            coalesce(session_id, -profile_id) as visitor
        from events
        where
            business_id = $business_id
            and received_at <= $as_of
            and coalesce(session_id, profile_id) is not null
            and (utm_source is not null or click_id is not null or referrer is not null or link_id is not null)
    ),
    named as (
        select
            *,
            case when source is not null then (source, medium, campaign, term, content) end as name,
            case when source is not null then observed_at end as named_at
        from told
        where link_id is null and (source is not null or click_id is not null)
    ),
    -- A browser repeats its last campaign with every event: news is what differs from before, or was
    -- read from an address again in a later visit. An ad click tells its id once.
    compared as (
        select
            *,
            name is not null and (
                name is distinct from last_value(name ignore nulls) over before
                or (is_observed and named_at - last_value(named_at ignore nulls) over before > $visit_us)
            ) as is_new_campaign,
            click_id is not null
                and click_id is distinct from last_value(click_id ignore nulls) over before as is_new_click
        from named
        window before as (
            partition by visitor, is_bot
            order by observed_at, event_id
            rows between unbounded preceding and 1 preceding
        )
    ),
    -- A new ad click with an old campaign beside it is not that campaign's doing.
    campaigns as (
        select
            * replace (
                case when is_new_campaign or is_in_address then source end as source,
                case when is_new_campaign or is_in_address then medium end as medium,
                case when is_new_campaign or is_in_address then campaign end as campaign,
                case when is_new_campaign or is_in_address then term end as term,
                case when is_new_campaign or is_in_address then content end as content
            )
        from compared
        where is_new_campaign or is_new_click
    ),
    referrers as (
        select *
        from told
        where
            link_id is null and source is null and click_id is null and host is not null
            -- From page to page within one site, a subdomain included.
            and (
                page_host is null
                or not (
                    host = page_host
                    or ends_with(host, '.' || page_host)
                    or ends_with(page_host, '.' || host)
                )
            )
            and not exists (
                select 1
                from unnest($own_hosts) as own(name)
                where told.host = own.name or ends_with(told.host, '.' || own.name)
            )
        window visit as (partition by visitor, is_bot order by occurred_at, event_id)
        qualify
            lag(event_id) over visit is null
            or host is distinct from lag(host) over visit
            or occurred_at - lag(occurred_at) over visit > $visit_us
    ),
    links as (
        select * replace (
            coalesce(told_source, $own_sources[1]) as source,
            told_medium as medium
        )
        from told
        where link_id is not null and action = 'short_link.clicked'
    ),
    found as (
        select
            event_id, session_id, profile_id,
            case when is_new_campaign then observed_at else occurred_at end as occurred_at, received_at,
            source, medium, campaign, term, content, click_id_kind, host, link_id, landing_page, is_bot,
            case when source is null then 'ad_click' else 'campaign' end as evidence
        from campaigns
        -- The landing that a tracked link led to tells of the same click again.
        where not exists (
            select 1
            from links
            where
                links.session_id = campaigns.session_id
                and links.is_bot = campaigns.is_bot
                and (campaigns.source = links.source or list_contains($own_sources, campaigns.source))
                and campaigns.observed_at between links.occurred_at and links.occurred_at + $visit_us
        )
        union all
        select
            event_id, session_id, profile_id, occurred_at, received_at,
            source, medium, campaign, term, content, click_id_kind, host, link_id, landing_page, is_bot,
            'referrer'
        from referrers
        union all
        select
            event_id, session_id, profile_id, occurred_at, received_at,
            source, medium, campaign, term, content, click_id_kind, host, link_id, landing_page, is_bot,
            'link'
        from links
    ),
    all_of_them as (
        select
            found.event_id,
            null::bigint as delivery_id,
            found.session_id,
            coalesce(found.session_id, -found.profile_id) as visitor,
            coalesce(profile.person_id, found.profile_id, owner.person_id, -found.session_id) as person_id,
            found.occurred_at as touched_at,
            found.received_at,
            found.evidence,
            case
                when found.is_bot then 3
                when found.evidence = 'link' or list_contains($own_sources, found.source) then 1
                else 0
            end as kind,
            coalesce(found.source, found.host) as source,
            found.medium,
            found.campaign,
            found.term,
            found.content,
            found.click_id_kind,
            found.link_id,
            found.landing_page
        from found
        left join owners as profile on profile.kind = 'profile' and profile.row_id = found.profile_id
        left join owners as owner on owner.kind = 'session' and owner.row_id = found.session_id
        union all
        select
            null,
            deliveries.delivery_id,
            null,
            -deliveries.profile_id,
            coalesce(profile.person_id, deliveries.profile_id),
            deliveries.delivered_at,
            deliveries.created_at,
            'delivery',
            2,
            $own_sources[1],
            deliveries.channel,
            deliveries.campaign,
            null,
            null,
            null,
            null,
            null
        from deliveries
        left join owners as profile on profile.kind = 'profile' and profile.row_id = deliveries.profile_id
        where
            deliveries.business_id = $business_id
            and deliveries.created_at <= $as_of
            and deliveries.profile_id is not null
    )
select
    -- Whatever becomes known later, it stays the same: of events received together the smaller is the
    -- later, and a delivery comes after them.
    coalesce((1::bigint << 60) - event_id, (1::bigint << 61) - delivery_id) as touch_id,
    visitor,
    person_id,
    touched_at,
    received_at,
    kind::tinyint as kind,
    evidence,
    source,
    medium,
    campaign,
    term,
    content,
    click_id_kind,
    link_id,
    landing_page,
    session_id,
    event_id,
    delivery_id
from all_of_them
