-- title: Landlords
-- description: Each landlord with homes, ratings, licences and complaints.
-- owner: Private Sector Housing
SELECT
    l.landlord,
    l.name,
    l.kind,
    l.company_number,
    coalesce(h.homes, 0) AS homes,
    coalesce(h.homes_high, 0) AS homes_high,
    h.mean_rating,
    coalesce(h.licences, 0) AS licences,
    coalesce(h.licences_due, 0) AS licences_due,
    coalesce(h.licences_lapsed, 0) AS licences_lapsed,
    coalesce(h.complaints_3y, 0) AS complaints_3y
FROM landlord AS l
JOIN (
    SELECT
        o.landlord,
        count(*) AS homes,
        sum(r.in_high) AS homes_high,
        round(avg(r.rating), 1) AS mean_rating,
        sum(coalesce(p.licences, 0)) AS licences,
        sum(coalesce(p.due, 0)) AS licences_due,
        sum(coalesce(p.lapsed, 0)) AS licences_lapsed,
        sum(r.cases_3y) AS complaints_3y
    FROM landlord_home AS o
    LEFT JOIN property_risk AS r ON r.uprn = o.uprn
    LEFT JOIN (
        SELECT uprn, count_if(status IN ('in force', 'due soon')) AS licences, count_if(status = 'due soon') AS due, count_if(status = 'lapsed') AS lapsed
        FROM property_licence GROUP BY uprn
    ) AS p ON p.uprn = o.uprn
    WHERE o.now
    GROUP BY o.landlord
) AS h ON h.landlord = l.landlord
ORDER BY l.landlord
