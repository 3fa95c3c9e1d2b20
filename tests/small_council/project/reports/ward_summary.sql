-- title: Ward summary
-- description: The totals of each ward over the months that were received.
-- owner: Performance
SELECT ward_code, ward_name, measure, sum(total) AS total, count(*) AS months
FROM ward_totals
GROUP BY ward_code, ward_name, measure
