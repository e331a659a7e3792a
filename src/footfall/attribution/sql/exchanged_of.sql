-- What one conversion was before it was converted.
-- grain:   conversion_id
-- reads:   exchanged
-- params:  conversion_id bigint
-- returns: currency varchar, gross_minor bigint, refunded_minor bigint, net_minor bigint, day varchar,
--          from_euro varchar, to_euro varchar (null: no rate is known)
-- source:  docs/attribution.md, "Currencies"
select
    currency,
    gross_minor,
    refunded_minor,
    net_minor,
    case when amounts is not null then day end as day,
    case when amounts is not null then from_euro end as from_euro,
    case when amounts is not null then to_euro end as to_euro
from exchanged
where conversion_id = $conversion_id
