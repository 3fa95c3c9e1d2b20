-- title: Wards of postcodes
-- description: The ward in which a postcode's addresses lie; where they lie in several, the one with the lowest code.
-- owner: Performance
SELECT a.postcode, min(b.ward_code) AS ward_code
FROM lpi AS a
JOIN blpu AS b ON b.uprn = a.uprn
WHERE a.postcode IS NOT NULL AND b.ward_code IS NOT NULL
GROUP BY a.postcode
