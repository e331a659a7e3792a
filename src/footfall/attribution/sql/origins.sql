-- Where touches come from: what they tell of it, and how reports name it.
-- grain:   evidence, source, medium, campaign, click_id_kind
-- reads:   tellings
-- params:  none
-- returns: evidence varchar, source varchar, medium varchar, campaign varchar, click_id_kind varchar,
--          named_source varchar, named_medium varchar, named_campaign varchar, channel varchar
-- source:  docs/attribution.md, "Touches"
select distinct
    evidence,
    source,
    medium,
    campaign,
    click_id_kind,
    named_source,
    named_medium,
    named_campaign,
    channel
from tellings
