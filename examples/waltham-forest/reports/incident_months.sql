-- title: Months of street crime
-- description: Every month between the first and the last that were received. A month without one incident in the whole borough was not delivered: 2016-03 is absent upstream.
-- owner: Community Safety
SELECT
    calendar.month,
    count(incident.incident_id) > 0 AS delivered,
    count(incident.incident_id) AS incidents,
    count(incident.incident_id) FILTER (WHERE incident.ward_code IS NULL) AS outside_every_ward
FROM (
    SELECT CAST(unnest(generate_series(first_month, last_month, INTERVAL 1 MONTH)) AS DATE) AS month
    FROM (SELECT min(month) AS first_month, max(month) AS last_month FROM incident) AS bounds
) AS calendar
LEFT JOIN incident ON incident.month = calendar.month
GROUP BY calendar.month
