-- Which rate of a currency is in force when: row by row out of lists of one length.
-- grain:   currency, since_at
-- reads:   none
-- params:  currencies varchar[], since bigint[], until bigint[] (UTC microseconds, half-open), days
--          varchar[], numerators varchar[], denominators varchar[] (whole numbers of up to 128 bits),
--          from_euros varchar[], to_euros varchar[] (decimals, as published)
-- returns: currency varchar, since_at bigint, until_at bigint, day varchar, numerator hugeint,
--          denominator hugeint, from_euro varchar, to_euro varchar
-- source:  docs/attribution.md, "Currencies"
select
    unnest($currencies::varchar[]) as currency,
    unnest($since::bigint[]) as since_at,
    unnest($until::bigint[]) as until_at,
    unnest($days::varchar[]) as day,
    unnest($numerators::varchar[])::hugeint as numerator,
    unnest($denominators::varchar[])::hugeint as denominator,
    unnest($from_euros::varchar[]) as from_euro,
    unnest($to_euros::varchar[]) as to_euro
