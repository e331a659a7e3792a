-- People who converted, and when they did so last.
-- grain:   person_id
-- reads:   conversions
-- params:  none
-- returns: person_id bigint, last_at bigint (UTC microseconds)
-- source:  docs/attribution.md, "Journeys that led to nothing"
select
    person_id,
    max(converted_at) as last_at
from conversions
group by person_id
order by person_id
