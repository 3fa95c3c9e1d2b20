-- title: Ward totals
-- description: How many incidents of anti-social behaviour (asb), crimes (crime) and reports of fly-tipping (fly_tipping) each ward in force had in each month. Null: the month was not delivered. Zero: delivered, and there was none.
-- owner: Community Safety
WITH months AS (
    SELECT month, measure, delivered
    FROM incident_months CROSS JOIN (VALUES ('asb'), ('crime')) AS measures (measure)
    UNION ALL
    -- One file holds every month of FixMyStreet: a month without a report had none.
    SELECT CAST(unnest(generate_series(first_month, last_month, INTERVAL 1 MONTH)) AS DATE) AS month, 'fly_tipping' AS measure, true AS delivered
    FROM (SELECT min(month) AS first_month, max(month) AS last_month FROM fms_report) AS bounds
),
counted AS (
    -- The ward that contains the point on the day; ward_code is null outside every ward.
    SELECT ward_code, month, CASE WHEN category = 'anti-social-behaviour' THEN 'asb' ELSE 'crime' END AS measure, count(*) AS total
    FROM incident
    WHERE ward_code IS NOT NULL
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT lsoa_ward.ward_code, fms_report.month, 'fly_tipping' AS measure, sum(fms_report.reports) AS total
    FROM fms_report
    JOIN fms_category ON fms_category.category_code = fms_report.category_code
    JOIN lsoa_ward ON lsoa_ward.lsoa_code = fms_report.lsoa_code AND lsoa_ward.census = 2011
    WHERE fms_report.classification = 'detailed' AND fms_category.fly_tipping
    GROUP BY 1, 2, 3
)
SELECT
    ward.ward_code,
    ward.ward_name,
    months.month,
    months.measure,
    CASE WHEN months.delivered THEN CAST(coalesce(counted.total, 0) AS BIGINT) END AS total
FROM months
JOIN ward ON ward.valid_from <= months.month AND (ward.valid_to IS NULL OR ward.valid_to >= months.month)
LEFT JOIN counted ON counted.ward_code = ward.ward_code AND counted.month = months.month AND counted.measure = months.measure
