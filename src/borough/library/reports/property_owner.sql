-- title: Landlords of homes
-- description: Who lets each home now, as far as is known; of several, whoever the licence, then the title, then council tax names.
-- owner: Private Sector Housing
SELECT uprn, landlord, landlord_name, landlord_homes
FROM (
    SELECT
        p.property AS uprn,
        p.landlord,
        l.name AS landlord_name,
        l.properties_now AS landlord_homes,
        row_number() OVER (
            PARTITION BY p.property
            ORDER BY CASE WHEN starts_with(p.role, 'licence') THEN 0 WHEN starts_with(p.role, 'land_title') THEN 1 WHEN starts_with(p.role, 'tenancy_deposit') THEN 2 ELSE 3 END, p.known DESC, p.landlord
        ) AS place
    FROM portfolio AS p
    JOIN landlord AS l ON l.landlord = p.landlord
    WHERE p.now AND NOT p.lives_there
) AS owners
WHERE place = 1
