SELECT
  m."home",
  m."number",
  m."kind",
  m."share",
  m."since",
  m."noted",
  'housing.tenants' AS _feed,
  m._op,
  m._position AS _position,
  LEAST(
    COALESCE(
      TIMEZONE(
        'UTC',
        TIMEZONE('Europe/London', CAST((
          "since"
        ) + INTERVAL '2' WEEKS AS TIMESTAMP))
      ),
      m._position
    ),
    m._position
  ) AS _known,
  MD5(
    CONCAT_WS(
      CHR(31),
      COALESCE(CAST(m."home" AS TEXT), CHR(30)),
      COALESCE(CAST(m."number" AS TEXT), CHR(30)),
      COALESCE(CAST(m."kind" AS TEXT), CHR(30)),
      COALESCE(
        CASE
          WHEN ABS(m."share") < 100000
          THEN CAST(TRY_CAST(m."share" AS DECIMAL(18, 12)) AS TEXT)
          ELSE COALESCE(CAST(TRY_CAST(m."share" AS DECIMAL(38, 12)) AS TEXT), CAST(m."share" AS TEXT))
        END,
        CHR(30)
      ),
      COALESCE(CAST(m."since" AS TEXT), CHR(30)),
      COALESCE(CAST(m."noted" AS TEXT), CHR(30))
    )
  ) AS _hash,
  m._delivery,
  m._file,
  m._row,
  CAST(7 AS BIGINT) AS _run,
  m._delivery * 4294967296 + m._row AS _n,
  'delivery' AS _cause,
  CAST('2030-01-01 09:00:00.000000' AS TIMESTAMP) AS _recorded,
  TIMEZONE(
    'UTC',
    TIMEZONE('Europe/London', CAST((
      "since"
    ) + INTERVAL '2' WEEKS AS TIMESTAMP))
  ) AS _declared,
  m._extract,
  _m0,
  CAST((
    _m0 & 511
  ) <> 0 AS BOOLEAN) AS _refused
FROM (
  SELECT
    m.*,
    CAST(CASE
      WHEN NOT m._problem IS NULL
      THEN 1
      ELSE CASE WHEN m."home" IS NULL THEN 2 ELSE 0 END + CASE WHEN NOT m."home" IS NULL AND "_r_home".v IS NULL THEN 4 ELSE 0 END + CASE WHEN m."_u_number" THEN 8 ELSE 0 END + CASE WHEN m."number" IS NULL AND NOT m."_u_number" THEN 16 ELSE 0 END + CASE
        WHEN m._op <> 'delete'
        AND (
          NOT ARRAY_CONTAINS(['sole', 'joint', 'can''t say'], m."kind")
        )
        THEN 32
        ELSE 0
      END + CASE WHEN m._op <> 'delete' AND (
        m."_u_share"
      ) THEN 64 ELSE 0 END + CASE WHEN m._op <> 'delete' AND (
        m."_u_since"
      ) THEN 128 ELSE 0 END + CASE WHEN m._op <> 'delete' AND (
        m."_u_noted"
      ) THEN 256 ELSE 0 END
    END AS BIGINT) AS _m0
  FROM (
    SELECT
      "_v_home" AS "home",
      "_v_number" AS "number",
      COALESCE(
        CASE WHEN "_v_number" IS NULL AND "No" <> '' THEN UNREADABLE(number) ELSE FALSE END,
        FALSE
      ) AS "_u_number",
      "_v_kind" AS "kind",
      "_v_share" AS "share",
      COALESCE(
        CASE WHEN "_v_share" IS NULL AND "Share" <> '' THEN UNREADABLE(share) ELSE FALSE END,
        FALSE
      ) AS "_u_share",
      "_v_since" AS "since",
      COALESCE(
        CASE WHEN "_v_since" IS NULL AND "Since" <> '' THEN UNREADABLE(since) ELSE FALSE END,
        FALSE
      ) AS "_u_since",
      "_v_noted" AS "noted",
      COALESCE(
        CASE WHEN "_v_noted" IS NULL AND "Noted" <> '' THEN UNREADABLE(noted) ELSE FALSE END,
        FALSE
      ) AS "_u_noted",
      CASE WHEN TRIM("op") IN ('D', 'X') THEN 'delete' ELSE 'insert' END AS _op,
      _problem,
      _delivery,
      _file,
      _row,
      _position,
      _extract
    FROM (
      SELECT
        *,
        READ("Home") AS "_v_home",
        CASE WHEN "No" <> '' THEN READ("No") END AS "_v_number",
        READ("Kind") AS "_v_kind",
        CASE WHEN "Share" <> '' THEN READ("Share") END AS "_v_share",
        CASE WHEN "Since" <> '' THEN READ("Since") END AS "_v_since",
        CASE WHEN "Noted" <> '' THEN READ("Noted") END AS "_v_noted"
      FROM bronze
    ) AS b
  ) AS m
  LEFT JOIN (
    SELECT DISTINCT
      "ref" AS v
    FROM "home"
  ) AS "_r_home"
    ON "_r_home".v = m."home"
) AS m
