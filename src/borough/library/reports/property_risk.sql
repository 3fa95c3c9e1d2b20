-- title: Homes with their rating
-- description: Each home with where it is, how likely it is let, its licence as the register has it, its landlord and what was reported of it. A rating is a reason to look, no finding.
-- owner: Private Sector Housing
SELECT
    d.property AS uprn,
    a.address,
    a.street,
    a.usrn,
    a.postcode,
    b.ward_code,
    b.ward_name,
    CAST(longitude_of(b.easting, b.northing) AS DOUBLE) AS longitude,
    CAST(latitude_of(b.easting, b.northing) AS DOUBLE) AS latitude,
    d.property_class,
    CASE
        WHEN d.council_home > 0 THEN 'council home'
        WHEN r.p_rented >= 0.5 AND r.p_shared >= 0.5 THEN 'likely shared let'
        WHEN r.p_rented >= 0.5 THEN 'likely let'
        WHEN r.p_rented < 0.5 THEN 'likely not let'
        ELSE 'not known'
    END AS tenure,
    r.rating,
    coalesce(r.band, 'Not rated') AS band,
    CASE WHEN r.band = 'High' THEN 1 ELSE 0 END AS in_high,
    r.p_rented,
    r.p_shared,
    CASE r.status WHEN 'unlicensed' THEN 'none held' WHEN 'applied' THEN 'applied for' ELSE coalesce(r.status, 'not known') END AS licence,
    r.drivers,
    r.as_of AS rated_as_of,
    r.version,
    o.landlord,
    o.landlord_name,
    o.landlord_homes,
    coalesce(d.complaints_3y, 0) AS cases_3y,
    coalesce(d.asb_3y, 0) AS asb_3y,
    v.last_visit,
    v.last_outcome
FROM property_dna AS d
JOIN blpu AS b ON b.uprn = d.property
LEFT JOIN unlicensed_let_rating AS r ON r.property = d.property
LEFT JOIN property_address AS a ON a.uprn = d.property
LEFT JOIN property_owner AS o ON o.uprn = d.property
LEFT JOIN (
    SELECT property AS uprn, max(visited) AS last_visit, max_by(outcome, visited) AS last_outcome
    FROM visit WHERE property IS NOT NULL GROUP BY property
) AS v ON v.uprn = d.property
WHERE starts_with(d.property_class, 'R') AND b.status = 'approved'
ORDER BY d.property
