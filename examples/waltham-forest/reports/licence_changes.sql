-- title: Licence changes between snapshots
-- description: What became of each licence from one snapshot of the Sheffield register to the next. new: a number and an address that were not there; renewed: a new number at an address that was, or a number issued anew; replaced: a number gone, its address licensed under another; lapsed: number and address gone; kept: the same licence.
-- owner: Private Sector Housing
WITH line AS (
    SELECT
        snapshot,
        licence_number,
        issued,
        expires,
        postcode,
        concat_ws(' ', flat, house_number, street) AS address,
        regexp_replace(lower(concat_ws('|', coalesce(flat, ''), coalesce(house_number, ''), street, postcode)), '[^a-z0-9|]', '', 'g') AS place
    FROM licence_snapshot
),
pair AS (
    SELECT snapshot AS before, lead(snapshot) OVER (ORDER BY snapshot) AS after
    FROM (SELECT DISTINCT snapshot FROM line) AS snapshots
),
arrived AS (
    SELECT
        pair.before,
        pair.after,
        now.licence_number,
        now.address,
        now.postcode,
        now.issued,
        now.expires,
        CASE
            WHEN same.licence_number IS NOT NULL AND same.issued = now.issued THEN 'kept'
            WHEN same.licence_number IS NOT NULL THEN 'renewed'
            WHEN EXISTS (SELECT 1 FROM line AS old WHERE old.snapshot = pair.before AND old.place = now.place) THEN 'renewed'
            ELSE 'new'
        END AS change
    FROM pair
    JOIN line AS now ON now.snapshot = pair.after
    LEFT JOIN line AS same ON same.snapshot = pair.before AND same.licence_number = now.licence_number
),
gone AS (
    SELECT
        pair.before,
        pair.after,
        old.licence_number,
        old.address,
        old.postcode,
        old.issued,
        old.expires,
        CASE WHEN EXISTS (SELECT 1 FROM line AS now WHERE now.snapshot = pair.after AND now.place = old.place) THEN 'replaced' ELSE 'lapsed' END AS change
    FROM pair
    JOIN line AS old ON old.snapshot = pair.before
    LEFT JOIN line AS same ON same.snapshot = pair.after AND same.licence_number = old.licence_number
    WHERE pair.after IS NOT NULL AND same.licence_number IS NULL
)
SELECT before, after, licence_number, address, postcode, issued, expires, change, expires < after AS ended_by_then FROM arrived
UNION ALL
SELECT before, after, licence_number, address, postcode, issued, expires, change, expires < after AS ended_by_then FROM gone
