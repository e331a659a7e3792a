-- The ways in which touches are told, with what a report credits each by; not those that bots met.
-- grain:   telling_no
-- reads:   tellings
-- params:  by varchar (channel, source, medium, source_medium, campaign, term, content, link,
--          landing_page, evidence, kind), nothing varchar (the name of what is not told)
-- returns: telling_no bigint, kind tinyint, is_direct boolean, value varchar
-- source:  docs/attribution.md, "Reports"
select
    telling_no,
    kind,
    channel = 'Direct' as is_direct,
    coalesce(
        nullif(
            case $by
                when 'channel' then channel
                when 'source' then named_source
                when 'medium' then named_medium
                when 'source_medium' then
                    coalesce(nullif(named_source, ''), $nothing)
                    || ' / '
                    || coalesce(nullif(named_medium, ''), $nothing)
                when 'campaign' then named_campaign
                when 'term' then term
                when 'content' then content
                when 'link' then link_id
                when 'landing_page' then landing_page
                when 'evidence' then evidence
                else (['external', 'active', 'passive'])[kind + 1]
            end,
            ''
        ),
        $nothing
    ) as value
from tellings
where kind < 3
