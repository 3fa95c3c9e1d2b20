-- title: Public register of licences
-- description: Licences in the order and with the particulars of SI 2006/373, regulation 11, for homes that are let and houses in multiple occupation. Conditions and matters before the tribunal are not in the licensing system's extract; flats and shared amenities beyond bathrooms and kitchens neither.
-- owner: Private Sector Housing
SELECT
    licence_id AS licence,
    kind,
    holder AS licence_holder,
    holder_address AS licence_holder_address,
    manager AS managed_by,
    address AS address_of_home,
    postcode,
    property AS uprn,
    description,
    granted,
    started AS in_force_from,
    expires AS in_force_until,
    date_diff('day', started, expires) + 1 AS days_of_duration,
    ended AS ended_early,
    end_reason,
    CASE WHEN kind IN ('mandatory', 'additional') THEN storeys END AS storeys,
    CASE WHEN kind IN ('mandatory', 'additional') THEN bedrooms END AS sleeping_rooms,
    CASE WHEN kind IN ('mandatory', 'additional') THEN living_rooms END AS living_rooms,
    CASE WHEN kind IN ('mandatory', 'additional') THEN bathrooms END AS bathrooms,
    CASE WHEN kind IN ('mandatory', 'additional') THEN kitchens END AS kitchens,
    CASE WHEN kind IN ('mandatory', 'additional') THEN max_occupants END AS maximum_persons,
    CASE WHEN kind IN ('mandatory', 'additional') THEN max_households END AS maximum_households
FROM licence
ORDER BY licence_id
