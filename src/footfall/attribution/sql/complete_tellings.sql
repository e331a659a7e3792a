-- New tellings with the names of their origins.
-- grain:   telling_no
-- reads:   new_tellings, named_origins
-- params:  none
-- returns: telling_no bigint, kind tinyint, evidence varchar, source varchar, medium varchar, campaign
--          varchar, term varchar, content varchar, click_id_kind varchar, link_id varchar, landing_page
--          varchar, named_source varchar, named_medium varchar, named_campaign varchar, channel varchar
-- source:  docs/attribution.md, "Touches"
select
    new_tellings.telling_no,
    new_tellings.kind,
    new_tellings.evidence,
    new_tellings.source,
    new_tellings.medium,
    new_tellings.campaign,
    new_tellings.term,
    new_tellings.content,
    new_tellings.click_id_kind,
    new_tellings.link_id,
    new_tellings.landing_page,
    named_origins.named_source,
    named_origins.named_medium,
    named_origins.named_campaign,
    named_origins.channel
from new_tellings
join named_origins
    on named_origins.evidence = new_tellings.evidence
    and named_origins.source is not distinct from new_tellings.source
    and named_origins.medium is not distinct from new_tellings.medium
    and named_origins.campaign is not distinct from new_tellings.campaign
    and named_origins.click_id_kind is not distinct from new_tellings.click_id_kind
