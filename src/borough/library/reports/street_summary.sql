-- title: Streets
-- description: Each street with its homes, ratings and complaints.
-- owner: Private Sector Housing
SELECT usrn, min(street) AS street, min(ward_name) AS ward_name, count(*) AS homes, sum(in_high) AS high, round(avg(rating), 1) AS mean_rating, sum(cases_3y) AS cases_3y
FROM property_risk
WHERE usrn IS NOT NULL
GROUP BY usrn
ORDER BY usrn
