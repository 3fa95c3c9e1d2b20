"""Every function and operator, as expressions over ``v`` (a value) and ``w`` (the value before it in the table)."""

from __future__ import annotations

READERS = ("text", "integer", "number", "money", "yes_no", "uk_date", "uk_timestamp", "postcode", "uprn", "nino", "person_name", "phone", "email")
EXPRESSIONS = (
    # text
    "upper(v)", "lower(v)", "trim(v)", "length(v)", "substring(v, 2)", "substring(v, 2, 3)", "substring(v, 0, 2)", "substring(v, -1, 2)", "left(v, 3)", "right(v, 3)", "left(v, 0)", "right(v, 0)",
    "split_part(v, ',', 1)", "split_part(v, ',', 2)", "split_part(v, ' ', 9)", "lpad(v, 5, '0')", "lpad(v, 6, 'ab')", "replace(v, 'a', '$1')", "replace(v, '''', '')", "starts_with(v, 'E1')",
    "contains(v, '%')", "contains(v, w)", "regexp_matches(v, '^[0-9]+$')", r"regexp_matches(v, '\d\s\w')", r"regexp_matches(v, '^\d{2}\.\d+')", "regexp_matches(v, '(?:a|e)b?')",
    "regexp_extract(v, '([a-z]+)[^a-z]+([a-z]+)', 2)", "regexp_extract(v, '[0-9]+')", "regexp_replace(v, '[^0-9]', '')", r"regexp_replace(v, '\s+', ' ')", "md5(v)", "v || w", "concat(v, w, 'x')",
    "concat_ws('-', v, w, null)", "coalesce(v, w, 'z')", "nullif(v, '')", "if(v = w, v, 'other')", "least(v, w)", "greatest(v, w)", "v like '%1'", "v like '_a%'", "v ilike 'e%'", "v not like '%a%'",
    "v = w", "v <> w", "v < w", "v >= w", "v in ('Y', 'n', '')", "v not in ('Y', 'n')", "v between 'A' and 'Z'", "v is null", "v is not null", "v is distinct from w", "v is not distinct from w",
    "case when v = 'Y' then 1 when v = 'n' then 2.5 end", "case v when 'Y' then 'yes' else w end", "not (v = 'Y') and (w = 'n' or v is null)", "(v = 'Y') is true", "(v = 'Y') is not false",
    # numbers
    "integer(v) + 1", "integer(v) - integer(w)", "integer(v) * integer(w)", "integer(v) / 3", "integer(v) % 7", "- integer(v)", "integer(v) / integer(w)", "integer(v) % integer(w)", "-7 % 3",
    "number(v) + 1", "number(v) * 2", "number(v) - integer(w)", "number(v) / number(w)", "- number(v)", "money(v) + 1", "money(v) + money(w)", "money(v) * 3", "money(v) * 0.5", "money(v) / 3",
    "- money(v)", "money(v) - integer(w)", "abs(integer(v))", "abs(number(v))", "abs(money(v))", "round(number(v))", "round(number(v), 2)", "round(money(v), 1)", "round(money(v))", "round(integer(v), 2)",
    "floor(number(v))", "ceil(number(v))", "floor(money(v))", "ceil(money(v))", "floor(integer(v))", "least(integer(v), 5)", "greatest(number(v), 2, integer(w))", "integer(v) > 5",
    "number(v) between 1 and 10", "money(v) >= 5", "coalesce(integer(v), number(w))", "cast(number(v) as integer)", "cast(money(v) as integer)", "cast(integer(v) as string)", "cast(money(v) as string)",
    "cast(number(v) as money)", "cast(integer(v) as money)", "cast(yes_no(v) as string)", "cast(yes_no(v) as integer)", "cast(v as integer)", "v::date", "9223372036854775807 + 1",
    # dates: ``d`` and ``s`` are what ``v`` reads as, ``e`` is the date before
    "year(d)", "month(d)", "day(d)", "date_trunc('month', d)", "date_trunc('year', d)", "date_trunc('quarter', d)", "date_trunc('week', d)",
    "date_trunc('day', s)", "date_trunc('month', s)", "add_days(d, 30)", "add_days(d, integer(w))", "add_months(d, 1)", "add_months(d, -13)",
    "add_months(d, integer(w))", "days_between(d, date '2020-02-29')", "months_between(d, date '2020-02-29')", "months_between(date '2020-02-29', d)",
    "months_between(d, e)", "d < '2000-01-01'", "d in ('2020-12-31', '2020-06-01')", "d between '2020-01-01' and date '2020-12-31'", "cast(d as string)",
    "cast(s as date)", "cast(d as timestamp)", "s >= '2020-06-01T10:00:00'", "make_date(year(d), 2, 29)", "make_date(2020, integer(v), 1)", "least(d, e)",
    "coalesce(d, s)", "year(s)", "days_between(s, e)",
    # readers of readers
    "upper(postcode(v))", "left(postcode(v), 3)", "uk_date(text(v))", "integer(split_part(v, '/', 1))", "uk_date(left(v, 10))", "integer(right(v, 2))", "left(v, integer(w))", "right(v, integer(w))", "text(v || w)",
)  # fmt: skip
