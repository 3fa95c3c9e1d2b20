-- title: What visits found
-- description: Each visit with why it was made and what it found; said marks those that tell whether the home is let without a licence, found those where it is.
-- owner: Private Sector Housing
SELECT
    v.property AS uprn,
    v.visited,
    v.reason,
    v.outcome,
    CASE WHEN v.outcome IN ('no access', 'wrong address') THEN 0 ELSE 1 END AS said,
    CASE WHEN v.outcome IN ('HMO, not licensed', 'single let, not licensed') THEN 1 ELSE 0 END AS found,
    CASE WHEN v.outcome = 'owner-occupied' THEN 1 ELSE 0 END AS owner_occupied,
    b.ward_code,
    b.ward_name
FROM visit AS v
JOIN blpu AS b ON b.uprn = v.property
ORDER BY v.property, v.visited, v.visit_id
