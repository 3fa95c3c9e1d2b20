SELECT
  m."ref",
  m."rooms",
  m."rent",
  m."let_on",
  'housing.homes' AS _feed,
  m._op,
  m._position AS _position,
  LEAST(COALESCE(CAST(NULL AS TIMESTAMP), m._position), m._position) AS _known,
  MD5(
    CONCAT_WS(
      CHR(31),
      COALESCE(CAST(m."ref" AS TEXT), CHR(30)),
      COALESCE(CAST(m."rooms" AS TEXT), CHR(30)),
      COALESCE(CAST(m."rent" AS TEXT), CHR(30)),
      COALESCE(CAST(m."let_on" AS TEXT), CHR(30))
    )
  ) AS _hash,
  m._delivery,
  m._file,
  m._row,
  CAST(7 AS BIGINT) AS _run,
  m._delivery * 4294967296 + m._row AS _n,
  'delivery' AS _cause,
  CAST('2030-01-01 09:00:00.000000' AS TIMESTAMP) AS _recorded,
  CAST(NULL AS TIMESTAMP) AS _declared,
  m._extract,
  _m0,
  CAST((
    _m0 & 719
  ) <> 0 AS BOOLEAN) AS _refused
FROM (
  SELECT
    m.*,
    CAST(CASE
      WHEN NOT m._problem IS NULL
      THEN 1
      ELSE CASE WHEN m."ref" IS NULL THEN 2 ELSE 0 END + CASE WHEN NOT REGEXP_MATCHES(m."ref", '^(?:H[0-9]+)$') THEN 4 ELSE 0 END + CASE WHEN m."_u_rooms" THEN 8 ELSE 0 END + CASE WHEN NOT m."rooms" BETWEEN 1 AND 20 THEN 16 ELSE 0 END + CASE WHEN m."_u_rent" THEN 32 ELSE 0 END + CASE WHEN m."rent" IS NULL AND NOT m."_u_rent" THEN 64 ELSE 0 END + CASE WHEN m."_u_let_on" THEN 128 ELSE 0 END + CASE
        WHEN NOT (
          (
            (
              "rent" > TRY_CAST(CAST(0 AS BIGINT) AS DECIMAL(18, 2))
            )
            AND (
              "rent" < TRY_CAST(CAST(5000 AS BIGINT) AS DECIMAL(18, 2))
            )
          )
        )
        THEN 256
        ELSE 0
      END + CASE
        WHEN NOT (
          (
            (
              NOT (
                "rooms" IS NULL
              )
            ) OR (
              "let_on" IS NULL
            )
          )
        ) IS TRUE
        THEN 512
        ELSE 0
      END
    END AS BIGINT) AS _m0
  FROM (
    SELECT
      "_v_ref" AS "ref",
      "_v_rooms" AS "rooms",
      COALESCE(
        CASE WHEN "_v_rooms" IS NULL AND "Rooms" <> '' THEN UNREADABLE(rooms) ELSE FALSE END,
        FALSE
      ) AS "_u_rooms",
      "_v_rent" AS "rent",
      COALESCE(
        CASE WHEN "_v_rent" IS NULL AND "Rent" <> '' THEN UNREADABLE(rent) ELSE FALSE END,
        FALSE
      ) AS "_u_rent",
      "_v_let_on" AS "let_on",
      COALESCE(
        CASE WHEN "_v_let_on" IS NULL AND "Let" <> '' THEN UNREADABLE(let_on) ELSE FALSE END,
        FALSE
      ) AS "_u_let_on",
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
        READ("Ref") AS "_v_ref",
        CASE WHEN "Rooms" <> '' THEN READ("Rooms") END AS "_v_rooms",
        CASE WHEN "Rent" <> '' THEN READ("Rent") END AS "_v_rent",
        CASE WHEN "Let" <> '' THEN READ("Let") END AS "_v_let_on"
      FROM bronze
    ) AS b
  ) AS m
) AS m
