-- title: Ward totals
-- description: >-
--   What each ward had in each month: anti-social behaviour, noise, fixed penalties, pests, council tax summonses, missed collections and fly-tips.
--   In the ward where it happened and as wards were then, where a point is known; else in the present ward of the property or postcode.
-- owner: Performance
SELECT ward_code, month, measure, count(*) AS total
FROM (
    SELECT ward_code, CAST(date_trunc('month', reported) AS DATE) AS month, 'asb' AS measure FROM asb_case
    UNION ALL
    SELECT ward_code, CAST(date_trunc('month', happened) AS DATE) AS month, 'fixed_penalties' AS measure FROM fixed_penalty
    UNION ALL
    SELECT ward_code, CAST(date_trunc('month', reported) AS DATE) AS month, 'missed_collections' AS measure
    FROM waste_job WHERE type = 'missed collection'
    UNION ALL
    SELECT ward_code, CAST(date_trunc('month', reported) AS DATE) AS month, 'fly_tips' AS measure
    FROM waste_job WHERE type = 'fly-tip'
    UNION ALL
    SELECT b.ward_code, CAST(date_trunc('month', r.received) AS DATE) AS month, 'noise' AS measure
    FROM service_request AS r JOIN blpu AS b ON b.uprn = r.uprn WHERE r.category = 'noise'
    UNION ALL
    SELECT w.ward_code, CAST(date_trunc('month', j.booked) AS DATE) AS month, 'pests' AS measure
    FROM pest_job AS j JOIN postcode_wards AS w ON w.postcode = j.postcode
    UNION ALL
    SELECT b.ward_code, CAST(date_trunc('month', s.issued) AS DATE) AS month, 'summonses' AS measure
    FROM council_tax_summons AS s
    JOIN council_tax_property AS p ON p.property_ref = s.property_ref
    JOIN blpu AS b ON b.uprn = p.uprn
    WHERE s.stage = 'summons'
) AS counted
WHERE ward_code IS NOT NULL
GROUP BY ward_code, month, measure
