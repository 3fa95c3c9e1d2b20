-- title: Licences due and lapsed
-- description: Licences that run out within 90 days of the last day that licensing has told of, and those that ran out in the year before without another for the same home.
-- owner: Private Sector Housing
SELECT l.licence, l.uprn, r.address, r.ward_code, r.ward_name, l.kind, l.holder, l.until, CASE l.status WHEN 'due soon' THEN 'due' ELSE 'lapsed' END AS state, r.rating, r.band
FROM property_licence AS l
CROSS JOIN (SELECT max(entered) AS today FROM licence) AS latest
LEFT JOIN property_risk AS r ON r.uprn = l.uprn
WHERE l.status = 'due soon'
    OR (l.status = 'lapsed' AND l.until > latest.today - INTERVAL 365 DAY AND l.uprn NOT IN (SELECT uprn FROM property_licence WHERE status IN ('in force', 'due soon', 'to come')))
ORDER BY l.until, l.licence
