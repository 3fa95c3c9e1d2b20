-- title: Licences and street reports, by street
-- owner: Neighbourhoods
SELECT
    street,
    CAST(sum(licences) AS BIGINT) AS licences,
    CAST(sum(reports) AS BIGINT) AS reports
FROM (
    SELECT street, 1 AS licences, 0 AS reports FROM licence
    UNION ALL
    SELECT street, 0 AS licences, 1 AS reports FROM street_report
) AS counted
GROUP BY street
