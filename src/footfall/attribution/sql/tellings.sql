-- The ways in which touches are told that are not known yet, numbered after those that are.
-- grain:   telling_no
-- reads:   heard_touches, tellings
-- params:  none
-- returns: telling_no bigint, kind tinyint, evidence varchar, source varchar, medium varchar, campaign
--          varchar, term varchar, content varchar, click_id_kind varchar, link_id varchar, landing_page
--          varchar
-- source:  docs/architecture.md, "Which touch earned which sale"
with
    heard as (
        select distinct
            kind,
            evidence,
            source,
            medium,
            campaign,
            term,
            content,
            click_id_kind,
            link_id,
            landing_page
        from heard_touches
    ),
    unknown as (
        select
            heard.kind,
            heard.evidence,
            heard.source,
            heard.medium,
            heard.campaign,
            heard.term,
            heard.content,
            heard.click_id_kind,
            heard.link_id,
            heard.landing_page
        from heard
        left join tellings as known
            on known.kind = heard.kind
            and known.evidence = heard.evidence
            and known.source is not distinct from heard.source
            and known.medium is not distinct from heard.medium
            and known.campaign is not distinct from heard.campaign
            and known.term is not distinct from heard.term
            and known.content is not distinct from heard.content
            and known.click_id_kind is not distinct from heard.click_id_kind
            and known.link_id is not distinct from heard.link_id
            and known.landing_page is not distinct from heard.landing_page
        where known.telling_no is null
    )
select
    row_number() over (
        order by
            kind,
            evidence,
            source,
            medium,
            campaign,
            term,
            content,
            click_id_kind,
            link_id,
            landing_page
    ) + (select coalesce(max(telling_no), 0) from tellings) as telling_no,
    kind,
    evidence,
    source,
    medium,
    campaign,
    term,
    content,
    click_id_kind,
    link_id,
    landing_page
from unknown
