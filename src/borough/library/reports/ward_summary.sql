-- title: Wards at a glance
-- description: Each ward's homes, and what was counted in the last twelve full months before the newest, for each 1,000 homes.
-- owner: Performance
SELECT
    h.ward_code,
    h.ward_name,
    h.homes,
    round(1000.0 * sum(CASE WHEN t.measure = 'asb' THEN t.total ELSE 0 END) / h.homes, 1) AS asb,
    round(1000.0 * sum(CASE WHEN t.measure = 'noise' THEN t.total ELSE 0 END) / h.homes, 1) AS noise,
    round(1000.0 * sum(CASE WHEN t.measure = 'fixed_penalties' THEN t.total ELSE 0 END) / h.homes, 1) AS fixed_penalties,
    round(1000.0 * sum(CASE WHEN t.measure = 'pests' THEN t.total ELSE 0 END) / h.homes, 1) AS pests,
    round(1000.0 * sum(CASE WHEN t.measure = 'summonses' THEN t.total ELSE 0 END) / h.homes, 1) AS summonses,
    round(1000.0 * sum(CASE WHEN t.measure = 'missed_collections' THEN t.total ELSE 0 END) / h.homes, 1) AS missed_collections,
    round(1000.0 * sum(CASE WHEN t.measure = 'fly_tips' THEN t.total ELSE 0 END) / h.homes, 1) AS fly_tips
FROM ward_homes AS h
LEFT JOIN ward_totals AS t
    ON t.ward_code = h.ward_code
    AND t.month >= (SELECT max(month) FROM ward_totals) - INTERVAL 12 MONTH
    AND t.month < (SELECT max(month) FROM ward_totals)
GROUP BY h.ward_code, h.ward_name, h.homes
