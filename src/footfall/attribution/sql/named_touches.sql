-- Touches with what a report credits them by; those that only bots met are nobody's.
-- grain:   touch_id
-- reads:   told_touches, origins
-- params:  by varchar (channel, source, medium, campaign, term, content, evidence), nothing varchar
--          (the name of what is not told)
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
                when 'campaign' then origins.named_campaign
                when 'term' then told_touches.term
                when 'content' then told_touches.content
                else told_touches.evidence
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
where told_touches.kind < 3
