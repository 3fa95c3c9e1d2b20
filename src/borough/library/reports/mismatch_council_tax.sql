-- title: Discounts against adults known
-- description: Homes with a single person discount where more than one adult is known. A reason to ask, no finding, people move and systems lag.
-- owner: Revenues
SELECT d.property AS uprn, a.address, b.ward_code, b.ward_name, d.adults_known, d.council_tax_band
FROM property_dna AS d
JOIN blpu AS b ON b.uprn = d.property
LEFT JOIN property_address AS a ON a.uprn = d.property
WHERE d.discount_against_adults
ORDER BY d.adults_known DESC, d.property
