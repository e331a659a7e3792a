-- Touches with what a report credits them by.
-- grain:   touch_id
-- reads:   told_touches, origins
-- params:  by varchar (channel, source, medium, source_medium, campaign, term, content, link,
--          landing_page, evidence, kind), nothing varchar (the name of what is not told)
-- returns: touch_id bigint, person_id bigint, touched_at bigint, kind tinyint, is_direct boolean,
--          value varchar
-- source:  docs/attribution.md, "Reports"
select
    told_touches.touch_id,
    told_touches.person_id,
    told_touches.touched_at,
    told_touches.kind,
    origins.channel = 'Direct' as is_direct,
    coalesce(
        nullif(
            case $by
                when 'channel' then origins.channel
                when 'source' then origins.named_source
                when 'medium' then origins.named_medium
                when 'source_medium' then
                    coalesce(nullif(origins.named_source, ''), $nothing)
                    || ' / '
                    || coalesce(nullif(origins.named_medium, ''), $nothing)
                when 'campaign' then origins.named_campaign
                when 'term' then told_touches.term
                when 'content' then told_touches.content
                when 'link' then told_touches.link_id
                when 'landing_page' then told_touches.landing_page
                when 'evidence' then told_touches.evidence
                else (['external', 'active', 'passive'])[told_touches.kind + 1]
            end,
            ''
        ),
        $nothing
    ) as value
from told_touches
join origins
    on origins.evidence = told_touches.evidence
    and origins.source is not distinct from told_touches.source
    and origins.medium is not distinct from told_touches.medium
    and origins.campaign is not distinct from told_touches.campaign
    and origins.click_id_kind is not distinct from told_touches.click_id_kind
