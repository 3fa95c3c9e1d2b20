-- title: Homes of landlords
-- description: The homes that each landlord lets or let, and since when.
-- owner: Private Sector Housing
SELECT
    p.landlord,
    p.property AS uprn,
    r.address,
    string_agg(DISTINCT replace(split_part(p.role, '.', 1), '_', ' '), ', ' ORDER BY replace(split_part(p.role, '.', 1), '_', ' ')) AS role,
    min(p.from_day) AS "from",
    CASE WHEN bool_or(p.now) THEN NULL ELSE max(p.to_day) END AS "to",
    bool_or(p.now) AS now,
    min(r.rating) AS rating,
    min(r.band) AS band,
    min(r.licence) AS licence
FROM portfolio AS p
LEFT JOIN property_risk AS r ON r.uprn = p.property
WHERE NOT p.lives_there AND p.property IS NOT NULL
GROUP BY p.landlord, p.property, r.address
ORDER BY p.landlord, p.property
