-- title: Benefit claims at homes with more adults
-- description: Homes with a benefit claim where three or more adults are known. A reason to ask, no finding.
-- owner: Benefits
SELECT d.property AS uprn, a.address, b.ward_code, b.ward_name, d.benefit_claims, d.adults_known
FROM property_dna AS d
JOIN blpu AS b ON b.uprn = d.property
LEFT JOIN property_address AS a ON a.uprn = d.property
WHERE d.benefit_claims > 0 AND d.adults_known >= 3
ORDER BY d.adults_known DESC, d.property
