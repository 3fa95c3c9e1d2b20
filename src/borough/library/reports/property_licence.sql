-- title: Licences of homes
-- description: Every licence that was granted for each home, and what it is as of the last day that licensing has told of.
-- owner: Private Sector Housing
SELECT
    property AS uprn,
    licence_id AS licence,
    kind,
    holder,
    granted,
    started AS "from",
    expires AS until,
    ended,
    end_reason,
    CASE
        WHEN ended IS NOT NULL AND ended <= today THEN 'ended'
        WHEN started > today THEN 'to come'
        WHEN expires < today THEN 'lapsed'
        WHEN expires <= today + INTERVAL 90 DAY THEN 'due soon'
        ELSE 'in force'
    END AS status
FROM licence CROSS JOIN (SELECT max(entered) AS today FROM licence) AS latest
WHERE property IS NOT NULL
ORDER BY uprn, licence
