-- title: Homes lived in without electors
-- description: Homes where adults are known to other systems and nobody is on the electoral register, whom the electoral services may write to.
-- owner: Electoral Services
SELECT d.property AS uprn, a.address, b.ward_code, b.ward_name, d.adults_known, d.electors
FROM property_dna AS d
JOIN blpu AS b ON b.uprn = d.property
LEFT JOIN property_address AS a ON a.uprn = d.property
WHERE coalesce(d.electors, 0) = 0 AND d.adults_known >= 1
ORDER BY d.adults_known DESC, d.property
