-- The ways in which touches are told, with what a report credits each by.
-- grain:   telling_no
-- reads:   tellings
-- params:  by varchar (channel, source, medium, campaign, term, content, evidence), nothing varchar
--          (the name of what is not told)
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
                when 'campaign' then named_campaign
                when 'term' then term
                when 'content' then content
                else evidence
            end,
            ''
        ),
        $nothing
    ) as value
from tellings
