-- title: Ward profile
-- description: For each ward in force to 2022: people, renting, deprivation, and incidents per 1,000 people in 2016 and 2017 (a month that was not delivered counts for nothing: 23 of 24 months).
-- owner: Insight
WITH totals AS (
    SELECT
        ward_code,
        sum(total) FILTER (WHERE measure = 'asb') AS asb,
        sum(total) FILTER (WHERE measure = 'crime') AS crime,
        sum(total) FILTER (WHERE measure = 'fly_tipping') AS fly_tipping,
        count(total) FILTER (WHERE measure = 'crime') AS months
    FROM ward_totals
    WHERE month BETWEEN DATE '2016-01-01' AND DATE '2017-12-31'
    GROUP BY ward_code
),
deprived AS (
    SELECT lsoa_ward.ward_code, count(*) AS lsoas, count(*) FILTER (WHERE deprivation.imd_decile <= 2) AS most_deprived_lsoas
    FROM lsoa_ward
    JOIN deprivation ON deprivation.lsoa_code = lsoa_ward.lsoa_code
    WHERE lsoa_ward.census = 2011
    GROUP BY lsoa_ward.ward_code
)
SELECT
    ward.ward_code,
    ward.ward_name,
    profile.population,
    profile.household_spaces,
    profile.percent_private_rented,
    profile.median_house_price,
    deprived.lsoas,
    deprived.most_deprived_lsoas,
    totals.months,
    CAST(totals.asb AS BIGINT) AS asb,
    CAST(totals.crime AS BIGINT) AS crime,
    CAST(totals.fly_tipping AS BIGINT) AS fly_tipping,
    round(1000.0 * totals.asb / profile.population, 1) AS asb_per_1000_people,
    round(1000.0 * totals.crime / profile.population, 1) AS crime_per_1000_people
FROM ward
JOIN totals ON totals.ward_code = ward.ward_code
LEFT JOIN ward_profile_2015 AS profile ON profile.ward_code = ward.ward_code
LEFT JOIN deprived ON deprived.ward_code = ward.ward_code
