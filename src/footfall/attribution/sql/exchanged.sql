-- Conversions as they were, with what they are worth in another currency.
-- grain:   conversion_id
-- reads:   told_conversions, exchange
-- params:  to varchar (ISO 4217)
-- returns: conversion_id bigint, converted_at bigint, currency varchar, gross_minor bigint,
--          refunded_minor bigint, net_minor bigint (all as they were), day varchar, from_euro
--          varchar, to_euro varchar (of the rates; null: none is known), amounts bigint[] (gross,
--          refunded, net in the other currency, each rounded half to even; null: no rate, or more
--          than 64 bits hold)
-- source:  docs/attribution.md, "Currencies"
with
    rated as (
        select
            told_conversions.conversion_id,
            told_conversions.converted_at,
            told_conversions.currency,
            told_conversions.gross_minor,
            told_conversions.refunded_minor,
            told_conversions.net_minor,
            exchange.day,
            exchange.from_euro,
            exchange.to_euro,
            list_transform(
                [
                    told_conversions.gross_minor::hugeint * exchange.numerator,
                    told_conversions.refunded_minor::hugeint * exchange.numerator,
                    told_conversions.net_minor::hugeint * exchange.numerator
                ],
                lambda amount: try_cast(
                    amount // exchange.denominator
                    + case
                        when
                            2 * (amount % exchange.denominator) > exchange.denominator
                            or (
                                2 * (amount % exchange.denominator) = exchange.denominator
                                and (amount // exchange.denominator) % 2 = 1
                            )
                            then 1
                        else 0
                    end as bigint
                )
            ) as amounts
        from told_conversions
        left join exchange
            on exchange.currency = told_conversions.currency
            and exchange.since_at <= told_conversions.converted_at
            and exchange.until_at > told_conversions.converted_at
        where told_conversions.currency <> $to
    )
select * replace (
    case when amounts[1] is not null and amounts[2] is not null and amounts[3] is not null then amounts
    end as amounts
)
from rated
