-- title: Licences by ward
-- description: Licences of rented homes by ward, kind and the year in which they began.
-- owner: Private Sector Housing
SELECT b.ward_code, b.ward_name, l.kind, CAST(date_trunc('year', l.started) AS DATE) AS year, count(*) AS licences
FROM licence AS l
JOIN blpu AS b ON b.uprn = l.uprn
WHERE b.ward_code IS NOT NULL
GROUP BY b.ward_code, b.ward_name, l.kind, CAST(date_trunc('year', l.started) AS DATE)
