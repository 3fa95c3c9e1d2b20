-- title: Homes by ward
-- description: Dwellings of the gazetteer that are approved, flats and houses in multiple occupation apart.
-- owner: Performance
SELECT
    b.ward_code,
    b.ward_name,
    count(*) AS homes,
    count(*) FILTER (WHERE b.class LIKE 'RD06%') AS flats,
    count(*) FILTER (WHERE b.class LIKE 'RH%') AS hmos
FROM blpu AS b
WHERE b.status = 'approved' AND b.ward_code IS NOT NULL AND (b.class LIKE 'RD%' OR b.class LIKE 'RH%')
GROUP BY b.ward_code, b.ward_name
