SELECT
  m."visit",
  m."home",
  m."on_day",
  m."passed",
  'housing.visits' AS _feed,
  m._op,
  m._position AS _position,
  COALESCE(
    TIMEZONE('UTC', TIMEZONE('Europe/London', CAST((
      "on_day"
    ) AS TIMESTAMP))),
    m._position
  ) AS _known,
  MD5(
    CONCAT_WS(
      CHR(31),
      COALESCE(CAST(m."visit" AS TEXT), CHR(30)),
      COALESCE(CAST(m."home" AS TEXT), CHR(30)),
      COALESCE(CAST(m."on_day" AS TEXT), CHR(30)),
      COALESCE(CAST(m."passed" AS TEXT), CHR(30))
    )
  ) AS _hash,
  m._delivery,
  m._file,
  m._row,
  CAST(7 AS BIGINT) AS _run,
  m._delivery * 4294967296 + m._row AS _n,
  'delivery' AS _cause,
  CAST('2030-01-01 09:00:00.000000' AS TIMESTAMP) AS _recorded,
  TIMEZONE('UTC', TIMEZONE('Europe/London', CAST((
    "on_day"
  ) AS TIMESTAMP))) AS _declared,
  m._extract,
  _m0,
  CAST((
    _m0 & 31
  ) <> 0 AS BOOLEAN) AS _refused
FROM (
  SELECT
    m.*,
    CAST(CASE
      WHEN NOT m._problem IS NULL
      THEN 1
      ELSE CASE WHEN m."_u_visit" THEN 2 ELSE 0 END + CASE WHEN m."visit" IS NULL AND NOT m."_u_visit" THEN 4 ELSE 0 END + CASE WHEN m."_u_on_day" THEN 8 ELSE 0 END + CASE WHEN m."_u_passed" THEN 16 ELSE 0 END
    END AS BIGINT) AS _m0
  FROM (
    SELECT
      "_v_visit" AS "visit",
      COALESCE(
        CASE WHEN "_v_visit" IS NULL AND "id" <> '' THEN UNREADABLE(visit) ELSE FALSE END,
        FALSE
      ) AS "_u_visit",
      "_v_home" AS "home",
      "_v_on_day" AS "on_day",
      COALESCE(
        CASE
          WHEN "_v_on_day" IS NULL AND "date" <> ''
          THEN UNREADABLE(on_day)
          ELSE FALSE
        END,
        FALSE
      ) AS "_u_on_day",
      "_v_passed" AS "passed",
      COALESCE(
        CASE WHEN "_v_passed" IS NULL AND "ok" <> '' THEN UNREADABLE(passed) ELSE FALSE END,
        FALSE
      ) AS "_u_passed",
      'insert' AS _op,
      _problem,
      _delivery,
      _file,
      _row,
      _position,
      _extract
    FROM (
      SELECT
        *,
        CASE WHEN "id" <> '' THEN READ("id") END AS "_v_visit",
        READ("home") AS "_v_home",
        CASE WHEN "date" <> '' THEN READ("date") END AS "_v_on_day",
        CASE WHEN "ok" <> '' THEN READ("ok") END AS "_v_passed"
      FROM bronze
    ) AS b
  ) AS m
) AS m
