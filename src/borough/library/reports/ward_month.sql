-- title: Wards by month, with their homes
-- description: What each ward had in each month in which it was in force and the measure was counted, also where that is nothing, with its homes of today. In the ward where it happened; a ward of former boundaries has no homes of today.
-- owner: Performance
SELECT k.ward_code, w.ward_name, k.month, k.measure, coalesce(t.total, 0) AS total, coalesce(h.homes, 0) AS homes
FROM (
    SELECT h.ward_code, c.month, c.measure
    FROM ward_homes AS h
    JOIN (SELECT ward_code, min(valid_from) AS since FROM ward GROUP BY ward_code) AS p ON p.ward_code = h.ward_code
    JOIN (SELECT DISTINCT measure, month FROM ward_totals) AS c ON c.month >= p.since
    UNION
    SELECT ward_code, month, measure FROM ward_totals
) AS k
LEFT JOIN ward_totals AS t ON t.ward_code = k.ward_code AND t.month = k.month AND t.measure = k.measure
LEFT JOIN (SELECT ward_code, max_by(ward_name, valid_from) AS ward_name FROM ward GROUP BY ward_code) AS w ON w.ward_code = k.ward_code
LEFT JOIN ward_homes AS h ON h.ward_code = k.ward_code
ORDER BY k.ward_code, k.month, k.measure
