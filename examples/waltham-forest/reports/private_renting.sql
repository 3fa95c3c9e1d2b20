-- title: Private renting by neighbourhood
-- description: Share of households that rent privately, by MSOA, Census 2021.
-- owner: Private Sector Housing
SELECT msoa_code, msoa_name, households, private_rented, round(100.0 * private_rented / households, 1) AS percent_private_rented
FROM tenure
