-- title: Addresses of homes
-- description: The one address of each property by which it goes now, on a line, with its street and postcode.
-- owner: Street Naming and Numbering
SELECT uprn, usrn, street, postcode, concat_ws(', ', nullif(unit, ''), nullif(building, ''), trim(concat_ws(' ', nullif(number, ''), street)), postcode) AS address
FROM (
    SELECT
        l.uprn,
        l.usrn,
        s.street,
        l.postcode,
        trim(coalesce(l.sao, '')) AS unit,
        trim(coalesce(l.pao_text, '')) AS building,
        CASE
            WHEN l.number IS NULL THEN ''
            ELSE concat(CAST(l.number AS VARCHAR), coalesce(l.number_suffix, ''), CASE WHEN l.number_to IS NOT NULL THEN concat('-', CAST(l.number_to AS VARCHAR), coalesce(l.number_to_suffix, '')) ELSE '' END)
        END AS number,
        row_number() OVER (
            PARTITION BY l.uprn
            ORDER BY CASE l.status WHEN 'approved' THEN 0 WHEN 'provisional' THEN 1 WHEN 'alternative' THEN 2 ELSE 3 END, CASE WHEN l.language = 'ENG' THEN 0 ELSE 1 END, l.last_updated DESC, l.lpi_key
        ) AS place
    FROM lpi AS l
    LEFT JOIN street AS s ON s.usrn = l.usrn
) AS lines
WHERE place = 1
ORDER BY uprn
