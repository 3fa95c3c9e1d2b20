-- title: People linked to homes
-- description: Who is known to live or to have lived in each home, since when and how surely, without what special systems say.
-- owner: Private Sector Housing
SELECT s.property AS uprn, s.person, p.name, replace(s.evidence, '_', ' ') AS role, s.from_day AS "from", s.to_day AS "to", s.confidence
FROM stay AS s
JOIN person AS p ON p.person = s.person
WHERE s.property IS NOT NULL
ORDER BY s.property, s.from_day, s.person
