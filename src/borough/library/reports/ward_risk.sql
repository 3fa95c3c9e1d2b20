-- title: Risk and accuracy by ward
-- description: Homes by band in each ward, how many are expected to be let, and what visits of the last three years found there, those made because of a rating apart from those drawn at random.
-- owner: Private Sector Housing
SELECT
    r.ward_code,
    r.ward_name,
    count(*) AS homes,
    round(sum(coalesce(r.p_rented, 0))) AS rented,
    sum(r.in_high) AS high,
    count_if(r.band = 'Moderate') AS moderate,
    count_if(r.band = 'Some') AS some,
    count_if(r.band = 'Low') AS low,
    round(avg(r.rating), 1) AS mean_rating,
    min(coalesce(v.visits, 0)) AS visits,
    min(coalesce(v.visits_found, 0)) AS visits_found,
    min(coalesce(v.rated, 0)) AS visits_rated,
    min(coalesce(v.rated_found, 0)) AS rated_found,
    min(coalesce(v.random, 0)) AS visits_random,
    min(coalesce(v.random_found, 0)) AS random_found
FROM property_risk AS r
LEFT JOIN (
    SELECT
        ward_code,
        sum(said) AS visits,
        sum(found) AS visits_found,
        sum(CASE WHEN reason = 'rating' THEN said ELSE 0 END) AS rated,
        sum(CASE WHEN reason = 'rating' THEN found ELSE 0 END) AS rated_found,
        sum(CASE WHEN reason = 'random' THEN said ELSE 0 END) AS random,
        sum(CASE WHEN reason = 'random' THEN found ELSE 0 END) AS random_found
    FROM visit_result
    WHERE visited > (SELECT max(visited) FROM visit_result) - INTERVAL 3 YEAR
    GROUP BY ward_code
) AS v ON v.ward_code = r.ward_code
WHERE r.ward_code IS NOT NULL
GROUP BY r.ward_code, r.ward_name
ORDER BY r.ward_code
