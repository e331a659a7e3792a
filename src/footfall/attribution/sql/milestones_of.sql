-- The milestones that came before one conversion, oldest first.
-- grain:   reached_at
-- reads:   told_conversions, told_milestones
-- params:  conversion_id bigint
-- returns: reached_at bigint (UTC microseconds)
-- source:  docs/attribution.md, "Receipts"
select distinct told_milestones.reached_at
from told_conversions
join told_milestones
    on told_milestones.person_id = told_conversions.person_id
    and told_milestones.reached_at <= told_conversions.converted_at
where told_conversions.conversion_id = $conversion_id
order by told_milestones.reached_at
