-- title: Ward totals
-- description: How many reports of each kind each ward had in each month. A month that was never sent has no row.
-- owner: Performance
SELECT ward_code, ward_name, month, measure, count(*) AS total
FROM (
    SELECT ward_code, ward_name, CAST(date_trunc('month', reported) AS DATE) AS month, 'asb' AS measure FROM asb_case
    UNION ALL
    SELECT ward_code, ward_name, CAST(date_trunc('month', reported) AS DATE) AS month, 'missed_bins' AS measure FROM missed_bin
    UNION ALL
    SELECT ward_code, ward_name, CAST(date_trunc('month', visited) AS DATE) AS month, 'pest_visits' AS measure FROM pest_visit
) AS counted
WHERE ward_code IS NOT NULL
GROUP BY ward_code, ward_name, month, measure
