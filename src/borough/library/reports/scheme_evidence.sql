-- title: Evidence on licensing schemes
-- description: For each scheme and ward, homes, how many are expected to be let, licences, and anti-social behaviour cases with the home-years in which they were counted, in the two years before the scheme and since it began, at homes with and without a licence.
-- owner: Private Sector Housing
SELECT
    s.designation,
    s.title AS scheme,
    s.ward_code,
    h.ward_name,
    s.started,
    count(*) AS homes,
    round(sum(coalesce(h.p_rented, 0))) AS rented,
    count_if(l.uprn IS NOT NULL) AS licensed,
    count_if(f.uprn IS NOT NULL) AS unlicensed_found,
    sum(coalesce(e.asb_before, 0)) AS asb_before,
    round(count(*) * 2.0, 1) AS years_before,
    sum(coalesce(e.asb_since, 0)) AS asb_since,
    round(count(*) * greatest(date_diff('day', s.started, min(t.today)), 1) / 365.25, 1) AS years_since,
    count_if(e.asb_since > 1) AS repeat_homes,
    sum(CASE WHEN l.uprn IS NOT NULL THEN coalesce(e.asb_since, 0) ELSE 0 END) AS asb_licensed,
    round(count_if(l.uprn IS NOT NULL) * greatest(date_diff('day', s.started, min(t.today)), 1) / 365.25, 1) AS years_licensed,
    sum(CASE WHEN l.uprn IS NULL AND h.p_rented >= 0.5 THEN coalesce(e.asb_since, 0) ELSE 0 END) AS asb_unlicensed,
    round(count_if(l.uprn IS NULL AND h.p_rented >= 0.5) * greatest(date_diff('day', s.started, min(t.today)), 1) / 365.25, 1) AS years_unlicensed
FROM designation AS s
JOIN property_risk AS h ON h.ward_code = s.ward_code
CROSS JOIN (SELECT max(happened) AS today FROM property_event WHERE dataset = 'asb_case') AS t
LEFT JOIN (SELECT DISTINCT uprn FROM property_licence WHERE status IN ('in force', 'due soon')) AS l ON l.uprn = h.uprn
LEFT JOIN (SELECT DISTINCT uprn FROM visit_result WHERE found = 1) AS f ON f.uprn = h.uprn
LEFT JOIN (
    SELECT d.designation, d.ward_code, e.uprn, count_if(e.happened < d.started AND e.happened >= d.started - INTERVAL 2 YEAR) AS asb_before, count_if(e.happened >= d.started) AS asb_since
    FROM designation AS d
    JOIN property_risk AS r ON r.ward_code = d.ward_code
    JOIN property_event AS e ON e.uprn = r.uprn AND e.dataset = 'asb_case'
    GROUP BY d.designation, d.ward_code, e.uprn
) AS e ON e.designation = s.designation AND e.ward_code = s.ward_code AND e.uprn = h.uprn
WHERE s.ended IS NULL OR s.ended >= t.today
GROUP BY s.designation, s.title, s.ward_code, h.ward_name, s.started
ORDER BY s.designation, s.ward_code
