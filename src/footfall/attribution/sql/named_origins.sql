-- Origins with the names that the channel rules gave them: row by row out of lists of one length.
-- grain:   evidence, source, medium, campaign, click_id_kind
-- reads:   none
-- params:  evidence varchar[], source varchar[], medium varchar[], campaign varchar[], click_id_kind
--          varchar[], named_source varchar[], named_medium varchar[], named_campaign varchar[],
--          channel varchar[]
-- returns: evidence varchar, source varchar, medium varchar, campaign varchar, click_id_kind varchar,
--          named_source varchar, named_medium varchar, named_campaign varchar, channel varchar
-- source:  docs/attribution.md, "Touches"
select
    unnest($evidence::varchar[]) as evidence,
    unnest($source::varchar[]) as source,
    unnest($medium::varchar[]) as medium,
    unnest($campaign::varchar[]) as campaign,
    unnest($click_id_kind::varchar[]) as click_id_kind,
    unnest($named_source::varchar[]) as named_source,
    unnest($named_medium::varchar[]) as named_medium,
    unnest($named_campaign::varchar[]) as named_campaign,
    unnest($channel::varchar[]) as channel
