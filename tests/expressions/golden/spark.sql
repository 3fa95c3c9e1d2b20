-- coalesce(a, b) → string
coalesce(`a`, `b`);
-- nullif(a, 'x') → string
nullif(`a`, 'x');
-- if(n > 1, 'many', 'one') → string
CASE WHEN (`n` > CAST(1 AS BIGINT)) THEN 'many' ELSE 'one' END;
-- least(a, b) → string
least(`a`, `b`);
-- greatest(a, b) → string
greatest(`a`, `b`);
-- concat(a, b) → string
concat(coalesce(`a`, ''), coalesce(`b`, ''));
-- concat_ws(' ', a, b) → string
concat_ws(' ', `a`, `b`);
-- upper(a) → string
upper(replace(replace(`a`, 'ß', 'SS'), 'ﬁ', 'FI'));
-- lower(a) → string
lower(replace(replace(`a`, 'İ', 'i'), 'Σ', 'σ'));
-- trim(a) → string
trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`);
-- substring(a, 1, 3) → string
substring(`a`, CAST(greatest(CAST(1 AS BIGINT), 1) AS INTEGER), CAST(greatest(CAST(3 AS BIGINT), 0) AS INTEGER));
-- left(a, 3) → string
left(`a`, CAST(greatest(CAST(3 AS BIGINT), 0) AS INTEGER));
-- right(a, 3) → string
right(`a`, CAST(greatest(CAST(3 AS BIGINT), 0) AS INTEGER));
-- split_part(a, ',', 1) → string
split_part(`a`, ',', CAST(greatest(CAST(1 AS BIGINT), 1) AS INTEGER));
-- lpad(a, 12, '0') → string
lpad(`a`, CAST(greatest(CAST(12 AS BIGINT), 0) AS INTEGER), '0');
-- length(a) → integer
CAST(length(`a`) AS BIGINT);
-- replace(a, '-', ' ') → string
replace(`a`, '-', ' ');
-- starts_with(a, 'E17') → boolean
startswith(`a`, 'E17');
-- contains(a, 'x') → boolean
contains(`a`, 'x');
-- regexp_matches(a, '^[0-9]+$') → boolean
regexp_like(`a`, '^[0-9]+$');
-- regexp_extract(a, '([0-9]+)', 1) → string
regexp_extract(`a`, '([0-9]+)', 1);
-- regexp_replace(a, '[^0-9]', '') → string
regexp_replace(`a`, '[^0-9]', '');
-- md5(a) → string
md5(`a`);
-- abs(n) → integer
CASE WHEN `n` < 0 THEN try_subtract(CAST(0 AS BIGINT), `n`) ELSE `n` END;
-- round(n, 1) → integer
`n`;
-- floor(n) → integer
`n`;
-- ceil(n) → integer
`n`;
-- date_trunc('month', d) → date
CAST(date_trunc('month', `d`) AS DATE);
-- year(d) → integer
CAST(year(`d`) AS BIGINT);
-- month(d) → integer
CAST(month(`d`) AS BIGINT);
-- day(d) → integer
CAST(day(`d`) AS BIGINT);
-- days_between(d, e) → integer
CAST(datediff(`e`, `d`) AS BIGINT);
-- months_between(d, e) → integer
CAST((((year(`e`) * 12 + month(`e`)) - (year(`d`) * 12 + month(`d`))) + CASE WHEN `d` <= `e` AND day(`e`) < day(`d`) THEN -1 WHEN `d` > `e` AND day(`e`) > day(`d`) THEN 1 ELSE 0 END) AS BIGINT);
-- add_days(d, 14) → date
date_add(`d`, CAST(CASE WHEN CAST(14 AS BIGINT) BETWEEN -365000 AND 365000 THEN CAST(14 AS BIGINT) END AS INT));
-- add_months(d, 1) → date
add_months(`d`, CAST(CASE WHEN CAST(1 AS BIGINT) BETWEEN -12000 AND 12000 THEN CAST(1 AS BIGINT) END AS INT));
-- make_date(2016, 3, 1) → date
CASE WHEN CAST(2016 AS BIGINT) BETWEEN 1800 AND 2199 AND CAST(3 AS BIGINT) BETWEEN 1 AND 12 AND CAST(1 AS BIGINT) BETWEEN 1 AND 31 THEN TRY_CAST((lpad(CAST(CAST(2016 AS BIGINT) AS STRING), 4, '0') || '-' || lpad(CAST(CAST(3 AS BIGINT) AS STRING), 2, '0') || '-' || lpad(CAST(CAST(1 AS BIGINT) AS STRING), 2, '0')) AS DATE) END;
-- text(a) → string
CASE WHEN regexp_like(`a`, '[^ -~]|  |^ | $') THEN nullif(trim(regexp_replace(CASE WHEN regexp_like(`a`, '[ÃÂâï]') THEN replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(`a`, 'â€“', '–'), 'â€”', '—'), 'â€˜', '‘'), 'â€™', '’'), 'â€š', '‚'), 'â€œ', '“'), 'â€ž', '„'), 'â€ ', '†'), 'â€¢', '•'), 'â€¦', '…'), 'â€°', '‰'), 'â€¹', '‹'), 'â€º', '›'), 'â‚¬', '€'), 'â„¢', '™'), 'Â£', '£'), 'Â§', '§'), 'Â©', '©'), 'Â«', '«'), 'Â°', '°'), 'Â±', '±'), 'Â²', '²'), 'Â³', '³'), 'Â´', '´'), 'Â·', '·'), 'Â¹', '¹'), 'Â»', '»'), 'Â¼', '¼'), 'Â½', '½'), 'Â¾', '¾'), 'Â¿', '¿'), 'Ã€', 'À'), 'Ã‚', 'Â'), 'Ãƒ', 'Ã'), 'Ã„', 'Ä'), 'Ã…', 'Å'), 'Ã†', 'Æ'), 'Ã‡', 'Ç'), 'Ãˆ', 'È'), 'Ã‰', 'É'), 'ÃŠ', 'Ê'), 'Ã‹', 'Ë'), 'ÃŒ', 'Ì'), 'ÃŽ', 'Î'), 'Ã‘', 'Ñ'), 'Ã’', 'Ò'), 'Ã“', 'Ó'), 'Ã”', 'Ô'), 'Ã•', 'Õ'), 'Ã–', 'Ö'), 'Ã˜', 'Ø'), 'Ã™', 'Ù'), 'Ãš', 'Ú'), 'Ã›', 'Û'), 'Ãœ', 'Ü'), 'ÃŸ', 'ß'), 'Ã ', 'à'), 'Ã¡', 'á'), 'Ã¢', 'â'), 'Ã£', 'ã'), 'Ã¤', 'ä'), 'Ã¥', 'å'), 'Ã¦', 'æ'), 'Ã§', 'ç'), 'Ã¨', 'è'), 'Ã©', 'é'), 'Ãª', 'ê'), 'Ã«', 'ë'), 'Ã¬', 'ì'), 'Ã­', 'í'), 'Ã®', 'î'), 'Ã¯', 'ï'), 'Ã±', 'ñ'), 'Ã²', 'ò'), 'Ã³', 'ó'), 'Ã´', 'ô'), 'Ãµ', 'õ'), 'Ã¶', 'ö'), 'Ã¸', 'ø'), 'Ã¹', 'ù'), 'Ãº', 'ú'), 'Ã»', 'û'), 'Ã¼', 'ü'), 'Ã½', 'ý'), 'Ã¿', 'ÿ'), 'â€', '”'), 'Ã­', 'í'), 'Â ', ' '), 'ï»¿', '') ELSE `a` END, '[	
              ​‌‍    ⁠　﻿]+', ' ')), '') ELSE nullif(`a`, '') END;
-- integer(a) → integer
TRY_CAST(replace(replace(regexp_extract(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`), '^([+-]?(?:[0-9]{1,3}(?:[, ][0-9]{3})+|[0-9]+))(?:[.]0*)?$', 1), ',', ''), ' ', '') AS BIGINT);
-- unreadable
CASE WHEN TRY_CAST(replace(replace(regexp_extract(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`), '^([+-]?(?:[0-9]{1,3}(?:[, ][0-9]{3})+|[0-9]+))(?:[.]0*)?$', 1), ',', ''), ' ', '') AS BIGINT) IS NULL THEN (coalesce(regexp_like(`a`, '[^	
              ​‌‍    ⁠　﻿]'), FALSE)) ELSE FALSE END;
-- number(a) → number
(TRY_CAST(replace(replace(regexp_extract(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`), '^([+-]?(?:(?:[0-9]{1,3}(?:[, ][0-9]{3})+|[0-9]+)(?:[.][0-9]*)?|[.][0-9]+)(?:[eE][+-]?[0-9]{1,2})?)$', 1), ',', ''), ' ', '') AS DOUBLE) + CAST('0' AS DOUBLE));
-- unreadable
CASE WHEN (TRY_CAST(replace(replace(regexp_extract(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`), '^([+-]?(?:(?:[0-9]{1,3}(?:[, ][0-9]{3})+|[0-9]+)(?:[.][0-9]*)?|[.][0-9]+)(?:[eE][+-]?[0-9]{1,2})?)$', 1), ',', ''), ' ', '') AS DOUBLE) + CAST('0' AS DOUBLE)) IS NULL THEN (coalesce(regexp_like(`a`, '[^	
              ​‌‍    ⁠　﻿]'), FALSE)) ELSE FALSE END;
-- money(a) → money
TRY_CAST((CASE WHEN regexp_like(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`), '[(-]|CR$') THEN '-' ELSE '' END || replace(replace(regexp_extract(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`), '^(?:[+-]? ?£? ?|£ ?- ?|[(] ?-?£? ?)((?:[0-9]{1,3}(?:[, ][0-9]{3})+|[0-9]+)(?:[.][0-9]*)?|[.][0-9]+)(?: ?[)]| ?-| ?CR| ?DR)?$', 1), ',', ''), ' ', '')) AS DECIMAL(18,2));
-- unreadable
CASE WHEN TRY_CAST((CASE WHEN regexp_like(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`), '[(-]|CR$') THEN '-' ELSE '' END || replace(replace(regexp_extract(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`), '^(?:[+-]? ?£? ?|£ ?- ?|[(] ?-?£? ?)((?:[0-9]{1,3}(?:[, ][0-9]{3})+|[0-9]+)(?:[.][0-9]*)?|[.][0-9]+)(?: ?[)]| ?-| ?CR| ?DR)?$', 1), ',', ''), ' ', '')) AS DECIMAL(18,2)) IS NULL THEN (coalesce(regexp_like(`a`, '[^	
              ​‌‍    ⁠　﻿]'), FALSE)) ELSE FALSE END;
-- yes_no(a) → boolean
CASE WHEN lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)) IN ('1', 'on', 't', 'true', 'y', 'yes') THEN TRUE WHEN lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)) IN ('0', 'f', 'false', 'n', 'no', 'off') THEN FALSE END;
-- unreadable
CASE WHEN CASE WHEN lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)) IN ('1', 'on', 't', 'true', 'y', 'yes') THEN TRUE WHEN lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)) IN ('0', 'f', 'false', 'n', 'no', 'off') THEN FALSE END IS NULL THEN (coalesce(regexp_like(`a`, '[^	
              ​‌‍    ⁠　﻿]'), FALSE)) ELSE FALSE END;
-- uk_date(a) → date
transform(array(CASE WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^[1-9][0-9]{4}(?:[.][0-9]+)?$') THEN date_add(DATE '1899-12-30', CAST(left(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 5) AS INTEGER)) WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^(?:(?:[0-9]{1,2}(?:/[0-9]{1,2}/|-[0-9]{1,2}-|[.][0-9]{1,2}[.]|-(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)-| (?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?) )(?:[0-9]{4}|[0-9]{2})|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}|[0-9]{4}-[0-9]{2}|[0-9]{8})(?:[t ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?(?: ?(?:z|[+-][0-9]{2}:?[0-9]{2}))?)?|[1-9][0-9]{4}(?:[.][0-9]+)?)$') THEN TRY_CAST(CASE WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^[0-9]{8}') THEN (left(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 4) || '-' || substring(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 5, 2) || '-' || substring(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 7, 2)) WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^[0-9]{4}') THEN (regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 1) || '-' || lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 2), 2, '0') || '-' || CASE WHEN regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 3) = '' THEN '01' ELSE lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 3), 2, '0') END) ELSE (CASE WHEN length(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 3)) = 4 THEN '' WHEN regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 3) < '69' THEN '20' ELSE '19' END || regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 3) || '-' || CASE left(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 2), 3) WHEN 'jan' THEN '01' WHEN 'feb' THEN '02' WHEN 'mar' THEN '03' WHEN 'apr' THEN '04' WHEN 'may' THEN '05' WHEN 'jun' THEN '06' WHEN 'jul' THEN '07' WHEN 'aug' THEN '08' WHEN 'sep' THEN '09' WHEN 'oct' THEN '10' WHEN 'nov' THEN '11' WHEN 'dec' THEN '12' ELSE lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 2), 2, '0') END || '-' || lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 1), 2, '0')) END AS DATE) END), p -> CASE WHEN p BETWEEN DATE '1800-01-01' AND DATE '2199-12-31' AND p NOT IN (DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31') THEN p END)[0];
-- unreadable
CASE WHEN transform(array(CASE WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^[1-9][0-9]{4}(?:[.][0-9]+)?$') THEN date_add(DATE '1899-12-30', CAST(left(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 5) AS INTEGER)) WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^(?:(?:[0-9]{1,2}(?:/[0-9]{1,2}/|-[0-9]{1,2}-|[.][0-9]{1,2}[.]|-(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)-| (?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?) )(?:[0-9]{4}|[0-9]{2})|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}|[0-9]{4}-[0-9]{2}|[0-9]{8})(?:[t ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?(?: ?(?:z|[+-][0-9]{2}:?[0-9]{2}))?)?|[1-9][0-9]{4}(?:[.][0-9]+)?)$') THEN TRY_CAST(CASE WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^[0-9]{8}') THEN (left(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 4) || '-' || substring(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 5, 2) || '-' || substring(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 7, 2)) WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^[0-9]{4}') THEN (regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 1) || '-' || lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 2), 2, '0') || '-' || CASE WHEN regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 3) = '' THEN '01' ELSE lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 3), 2, '0') END) ELSE (CASE WHEN length(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 3)) = 4 THEN '' WHEN regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 3) < '69' THEN '20' ELSE '19' END || regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 3) || '-' || CASE left(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 2), 3) WHEN 'jan' THEN '01' WHEN 'feb' THEN '02' WHEN 'mar' THEN '03' WHEN 'apr' THEN '04' WHEN 'may' THEN '05' WHEN 'jun' THEN '06' WHEN 'jul' THEN '07' WHEN 'aug' THEN '08' WHEN 'sep' THEN '09' WHEN 'oct' THEN '10' WHEN 'nov' THEN '11' WHEN 'dec' THEN '12' ELSE lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 2), 2, '0') END || '-' || lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 1), 2, '0')) END AS DATE) END), p -> CASE WHEN p BETWEEN DATE '1800-01-01' AND DATE '2199-12-31' AND p NOT IN (DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31') THEN p END)[0] IS NULL THEN (coalesce(regexp_like(`a`, '[^	
              ​‌‍    ⁠　﻿]'), FALSE) AND NOT (regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^0[0/.-]*(?:[t ]00:00.*)?$') OR coalesce(CASE WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^[1-9][0-9]{4}(?:[.][0-9]+)?$') THEN date_add(DATE '1899-12-30', CAST(left(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 5) AS INTEGER)) WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^(?:(?:[0-9]{1,2}(?:/[0-9]{1,2}/|-[0-9]{1,2}-|[.][0-9]{1,2}[.]|-(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)-| (?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?) )(?:[0-9]{4}|[0-9]{2})|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}|[0-9]{4}-[0-9]{2}|[0-9]{8})(?:[t ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?(?: ?(?:z|[+-][0-9]{2}:?[0-9]{2}))?)?|[1-9][0-9]{4}(?:[.][0-9]+)?)$') THEN TRY_CAST(CASE WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^[0-9]{8}') THEN (left(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 4) || '-' || substring(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 5, 2) || '-' || substring(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 7, 2)) WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^[0-9]{4}') THEN (regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 1) || '-' || lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 2), 2, '0') || '-' || CASE WHEN regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 3) = '' THEN '01' ELSE lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 3), 2, '0') END) ELSE (CASE WHEN length(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 3)) = 4 THEN '' WHEN regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 3) < '69' THEN '20' ELSE '19' END || regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 3) || '-' || CASE left(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 2), 3) WHEN 'jan' THEN '01' WHEN 'feb' THEN '02' WHEN 'mar' THEN '03' WHEN 'apr' THEN '04' WHEN 'may' THEN '05' WHEN 'jun' THEN '06' WHEN 'jul' THEN '07' WHEN 'aug' THEN '08' WHEN 'sep' THEN '09' WHEN 'oct' THEN '10' WHEN 'nov' THEN '11' WHEN 'dec' THEN '12' ELSE lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 2), 2, '0') END || '-' || lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 1), 2, '0')) END AS DATE) END IN (DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31'), FALSE))) ELSE FALSE END;
-- uk_timestamp(a) → timestamp
transform(array(CASE WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^[^:]*$|[t ](?:[01]?[0-9]|2[0-3]):[0-5][0-9](?:$|[^:0-9]|:[0-5][0-9])') THEN TRY_CAST((CAST(CASE WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^[1-9][0-9]{4}(?:[.][0-9]+)?$') THEN date_add(DATE '1899-12-30', CAST(left(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 5) AS INTEGER)) WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^(?:(?:[0-9]{1,2}(?:/[0-9]{1,2}/|-[0-9]{1,2}-|[.][0-9]{1,2}[.]|-(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)-| (?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?) )(?:[0-9]{4}|[0-9]{2})|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}|[0-9]{4}-[0-9]{2}|[0-9]{8})(?:[t ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?(?: ?(?:z|[+-][0-9]{2}:?[0-9]{2}))?)?|[1-9][0-9]{4}(?:[.][0-9]+)?)$') THEN TRY_CAST(CASE WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^[0-9]{8}') THEN (left(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 4) || '-' || substring(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 5, 2) || '-' || substring(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 7, 2)) WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^[0-9]{4}') THEN (regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 1) || '-' || lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 2), 2, '0') || '-' || CASE WHEN regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 3) = '' THEN '01' ELSE lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 3), 2, '0') END) ELSE (CASE WHEN length(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 3)) = 4 THEN '' WHEN regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 3) < '69' THEN '20' ELSE '19' END || regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 3) || '-' || CASE left(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 2), 3) WHEN 'jan' THEN '01' WHEN 'feb' THEN '02' WHEN 'mar' THEN '03' WHEN 'apr' THEN '04' WHEN 'may' THEN '05' WHEN 'jun' THEN '06' WHEN 'jul' THEN '07' WHEN 'aug' THEN '08' WHEN 'sep' THEN '09' WHEN 'oct' THEN '10' WHEN 'nov' THEN '11' WHEN 'dec' THEN '12' ELSE lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 2), 2, '0') END || '-' || lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 1), 2, '0')) END AS DATE) END AS STRING) || ' ' || CASE WHEN regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '[t ]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6})?)?)', 1) = '' THEN '00:00:00' WHEN length(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '[t ]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6})?)?)', 1)) < 6 THEN lpad(split_part(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '[t ]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6})?)?)', 1), ':', 1), 2, '0') || substring(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '[t ]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6})?)?)', 1), length(split_part(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '[t ]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6})?)?)', 1), ':', 1)) + 1) || ':00' ELSE lpad(split_part(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '[t ]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6})?)?)', 1), ':', 1), 2, '0') || substring(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '[t ]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6})?)?)', 1), length(split_part(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '[t ]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6})?)?)', 1), ':', 1)) + 1) END) AS TIMESTAMP_NTZ) END), l -> CASE WHEN l >= CAST('1800-01-01' AS TIMESTAMP_NTZ) AND l < CAST('2200-01-01' AS TIMESTAMP_NTZ) AND CAST(l AS DATE) NOT IN (DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31') THEN l - make_dt_interval(0, 0, CASE WHEN regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), ':[0-9.]+ ?(z|[+-][0-9]{2}:?[0-9]{2})$', 1) = 'z' THEN 0 WHEN left(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), ':[0-9.]+ ?(z|[+-][0-9]{2}:?[0-9]{2})$', 1), 1) = '-' THEN - (CAST(substring(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), ':[0-9.]+ ?(z|[+-][0-9]{2}:?[0-9]{2})$', 1), 2, 2) AS INTEGER) * 60 + CAST(right(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), ':[0-9.]+ ?(z|[+-][0-9]{2}:?[0-9]{2})$', 1), 2) AS INTEGER)) WHEN left(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), ':[0-9.]+ ?(z|[+-][0-9]{2}:?[0-9]{2})$', 1), 1) = '+' THEN (CAST(substring(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), ':[0-9.]+ ?(z|[+-][0-9]{2}:?[0-9]{2})$', 1), 2, 2) AS INTEGER) * 60 + CAST(right(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), ':[0-9.]+ ?(z|[+-][0-9]{2}:?[0-9]{2})$', 1), 2) AS INTEGER)) WHEN (l >= CAST(date_sub(make_date(CAST(year(l) AS INTEGER), 3, 31), CAST(CAST(datediff(make_date(CAST(year(l) AS INTEGER), 3, 31), DATE '1800-01-05') AS BIGINT) % 7 AS INTEGER)) AS TIMESTAMP_NTZ) + make_dt_interval(0, 0, 60, 0) AND l < CAST(date_sub(make_date(CAST(year(l) AS INTEGER), 10, 31), CAST(CAST(datediff(make_date(CAST(year(l) AS INTEGER), 10, 31), DATE '1800-01-05') AS BIGINT) % 7 AS INTEGER)) AS TIMESTAMP_NTZ) + make_dt_interval(0, 0, 120, 0)) THEN 60 ELSE 0 END, 0) END)[0];
-- unreadable
CASE WHEN transform(array(CASE WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^[^:]*$|[t ](?:[01]?[0-9]|2[0-3]):[0-5][0-9](?:$|[^:0-9]|:[0-5][0-9])') THEN TRY_CAST((CAST(CASE WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^[1-9][0-9]{4}(?:[.][0-9]+)?$') THEN date_add(DATE '1899-12-30', CAST(left(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 5) AS INTEGER)) WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^(?:(?:[0-9]{1,2}(?:/[0-9]{1,2}/|-[0-9]{1,2}-|[.][0-9]{1,2}[.]|-(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)-| (?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?) )(?:[0-9]{4}|[0-9]{2})|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}|[0-9]{4}-[0-9]{2}|[0-9]{8})(?:[t ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?(?: ?(?:z|[+-][0-9]{2}:?[0-9]{2}))?)?|[1-9][0-9]{4}(?:[.][0-9]+)?)$') THEN TRY_CAST(CASE WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^[0-9]{8}') THEN (left(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 4) || '-' || substring(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 5, 2) || '-' || substring(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 7, 2)) WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^[0-9]{4}') THEN (regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 1) || '-' || lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 2), 2, '0') || '-' || CASE WHEN regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 3) = '' THEN '01' ELSE lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 3), 2, '0') END) ELSE (CASE WHEN length(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 3)) = 4 THEN '' WHEN regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 3) < '69' THEN '20' ELSE '19' END || regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 3) || '-' || CASE left(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 2), 3) WHEN 'jan' THEN '01' WHEN 'feb' THEN '02' WHEN 'mar' THEN '03' WHEN 'apr' THEN '04' WHEN 'may' THEN '05' WHEN 'jun' THEN '06' WHEN 'jul' THEN '07' WHEN 'aug' THEN '08' WHEN 'sep' THEN '09' WHEN 'oct' THEN '10' WHEN 'nov' THEN '11' WHEN 'dec' THEN '12' ELSE lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 2), 2, '0') END || '-' || lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 1), 2, '0')) END AS DATE) END AS STRING) || ' ' || CASE WHEN regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '[t ]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6})?)?)', 1) = '' THEN '00:00:00' WHEN length(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '[t ]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6})?)?)', 1)) < 6 THEN lpad(split_part(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '[t ]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6})?)?)', 1), ':', 1), 2, '0') || substring(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '[t ]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6})?)?)', 1), length(split_part(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '[t ]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6})?)?)', 1), ':', 1)) + 1) || ':00' ELSE lpad(split_part(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '[t ]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6})?)?)', 1), ':', 1), 2, '0') || substring(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '[t ]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6})?)?)', 1), length(split_part(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '[t ]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6})?)?)', 1), ':', 1)) + 1) END) AS TIMESTAMP_NTZ) END), l -> CASE WHEN l >= CAST('1800-01-01' AS TIMESTAMP_NTZ) AND l < CAST('2200-01-01' AS TIMESTAMP_NTZ) AND CAST(l AS DATE) NOT IN (DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31') THEN l - make_dt_interval(0, 0, CASE WHEN regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), ':[0-9.]+ ?(z|[+-][0-9]{2}:?[0-9]{2})$', 1) = 'z' THEN 0 WHEN left(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), ':[0-9.]+ ?(z|[+-][0-9]{2}:?[0-9]{2})$', 1), 1) = '-' THEN - (CAST(substring(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), ':[0-9.]+ ?(z|[+-][0-9]{2}:?[0-9]{2})$', 1), 2, 2) AS INTEGER) * 60 + CAST(right(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), ':[0-9.]+ ?(z|[+-][0-9]{2}:?[0-9]{2})$', 1), 2) AS INTEGER)) WHEN left(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), ':[0-9.]+ ?(z|[+-][0-9]{2}:?[0-9]{2})$', 1), 1) = '+' THEN (CAST(substring(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), ':[0-9.]+ ?(z|[+-][0-9]{2}:?[0-9]{2})$', 1), 2, 2) AS INTEGER) * 60 + CAST(right(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), ':[0-9.]+ ?(z|[+-][0-9]{2}:?[0-9]{2})$', 1), 2) AS INTEGER)) WHEN (l >= CAST(date_sub(make_date(CAST(year(l) AS INTEGER), 3, 31), CAST(CAST(datediff(make_date(CAST(year(l) AS INTEGER), 3, 31), DATE '1800-01-05') AS BIGINT) % 7 AS INTEGER)) AS TIMESTAMP_NTZ) + make_dt_interval(0, 0, 60, 0) AND l < CAST(date_sub(make_date(CAST(year(l) AS INTEGER), 10, 31), CAST(CAST(datediff(make_date(CAST(year(l) AS INTEGER), 10, 31), DATE '1800-01-05') AS BIGINT) % 7 AS INTEGER)) AS TIMESTAMP_NTZ) + make_dt_interval(0, 0, 120, 0)) THEN 60 ELSE 0 END, 0) END)[0] IS NULL THEN (coalesce(regexp_like(`a`, '[^	
              ​‌‍    ⁠　﻿]'), FALSE) AND NOT (regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^0[0/.-]*(?:[t ]00:00.*)?$') OR coalesce(CASE WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^[1-9][0-9]{4}(?:[.][0-9]+)?$') THEN date_add(DATE '1899-12-30', CAST(left(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 5) AS INTEGER)) WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^(?:(?:[0-9]{1,2}(?:/[0-9]{1,2}/|-[0-9]{1,2}-|[.][0-9]{1,2}[.]|-(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)-| (?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?) )(?:[0-9]{4}|[0-9]{2})|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}|[0-9]{4}-[0-9]{2}|[0-9]{8})(?:[t ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?(?: ?(?:z|[+-][0-9]{2}:?[0-9]{2}))?)?|[1-9][0-9]{4}(?:[.][0-9]+)?)$') THEN TRY_CAST(CASE WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^[0-9]{8}') THEN (left(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 4) || '-' || substring(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 5, 2) || '-' || substring(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), 7, 2)) WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^[0-9]{4}') THEN (regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 1) || '-' || lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 2), 2, '0') || '-' || CASE WHEN regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 3) = '' THEN '01' ELSE lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?', 3), 2, '0') END) ELSE (CASE WHEN length(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 3)) = 4 THEN '' WHEN regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 3) < '69' THEN '20' ELSE '19' END || regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 3) || '-' || CASE left(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 2), 3) WHEN 'jan' THEN '01' WHEN 'feb' THEN '02' WHEN 'mar' THEN '03' WHEN 'apr' THEN '04' WHEN 'may' THEN '05' WHEN 'jun' THEN '06' WHEN 'jul' THEN '07' WHEN 'aug' THEN '08' WHEN 'sep' THEN '09' WHEN 'oct' THEN '10' WHEN 'nov' THEN '11' WHEN 'dec' THEN '12' ELSE lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 2), 2, '0') END || '-' || lpad(regexp_extract(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})', 1), 2, '0')) END AS DATE) END IN (DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31'), FALSE))) ELSE FALSE END;
-- postcode(a) → string
CASE WHEN regexp_like((left(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), greatest(length(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', ''))) - 3, 0)) || ' ' || right(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 3)), '^(?:(?:[A-PR-UWYZ](?:[0-9]|[1-9][0-9]|[A-HK-Y](?:[0-9]|[1-9][0-9])|[0-9][ABCDEFGHJKPSTUW]|[A-HK-Y][0-9][ABEHMNPRVWXY])|GIR) [0-9][ABD-HJLNP-UW-Z]{2})$') THEN (left(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), greatest(length(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', ''))) - 3, 0)) || ' ' || right(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 3)) WHEN regexp_like(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), '^[A-Z0-9]{5,7}$') AND regexp_like((translate(left(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 1), '01', 'OI') || CASE WHEN length(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', ''))) = 5 THEN translate(substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 2, 1), 'OI', '01') WHEN length(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', ''))) = 7 THEN translate(substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 2, 1), '01', 'OI') WHEN substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 2, 1) = '0' AND left(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 1) IN ('C', 'P', 'S') THEN 'O' ELSE translate(substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 2, 1), 'I', '1') END || translate(substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 3, greatest(length(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', ''))) - 5, 0)), 'OI', '01') || ' ' || translate(substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), greatest(length(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', ''))) - 2, 1), 1), 'OI', '01') || translate(right(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 2), '01', 'OI')), '^(?:(?:[A-PR-UWYZ](?:[0-9]|[1-9][0-9]|[A-HK-Y](?:[0-9]|[1-9][0-9])|[0-9][ABCDEFGHJKPSTUW]|[A-HK-Y][0-9][ABEHMNPRVWXY])|GIR) [0-9][ABD-HJLNP-UW-Z]{2})$') THEN (translate(left(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 1), '01', 'OI') || CASE WHEN length(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', ''))) = 5 THEN translate(substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 2, 1), 'OI', '01') WHEN length(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', ''))) = 7 THEN translate(substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 2, 1), '01', 'OI') WHEN substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 2, 1) = '0' AND left(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 1) IN ('C', 'P', 'S') THEN 'O' ELSE translate(substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 2, 1), 'I', '1') END || translate(substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 3, greatest(length(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', ''))) - 5, 0)), 'OI', '01') || ' ' || translate(substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), greatest(length(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', ''))) - 2, 1), 1), 'OI', '01') || translate(right(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 2), '01', 'OI')) END;
-- unreadable
CASE WHEN CASE WHEN regexp_like((left(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), greatest(length(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', ''))) - 3, 0)) || ' ' || right(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 3)), '^(?:(?:[A-PR-UWYZ](?:[0-9]|[1-9][0-9]|[A-HK-Y](?:[0-9]|[1-9][0-9])|[0-9][ABCDEFGHJKPSTUW]|[A-HK-Y][0-9][ABEHMNPRVWXY])|GIR) [0-9][ABD-HJLNP-UW-Z]{2})$') THEN (left(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), greatest(length(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', ''))) - 3, 0)) || ' ' || right(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 3)) WHEN regexp_like(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), '^[A-Z0-9]{5,7}$') AND regexp_like((translate(left(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 1), '01', 'OI') || CASE WHEN length(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', ''))) = 5 THEN translate(substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 2, 1), 'OI', '01') WHEN length(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', ''))) = 7 THEN translate(substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 2, 1), '01', 'OI') WHEN substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 2, 1) = '0' AND left(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 1) IN ('C', 'P', 'S') THEN 'O' ELSE translate(substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 2, 1), 'I', '1') END || translate(substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 3, greatest(length(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', ''))) - 5, 0)), 'OI', '01') || ' ' || translate(substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), greatest(length(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', ''))) - 2, 1), 1), 'OI', '01') || translate(right(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 2), '01', 'OI')), '^(?:(?:[A-PR-UWYZ](?:[0-9]|[1-9][0-9]|[A-HK-Y](?:[0-9]|[1-9][0-9])|[0-9][ABCDEFGHJKPSTUW]|[A-HK-Y][0-9][ABEHMNPRVWXY])|GIR) [0-9][ABD-HJLNP-UW-Z]{2})$') THEN (translate(left(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 1), '01', 'OI') || CASE WHEN length(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', ''))) = 5 THEN translate(substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 2, 1), 'OI', '01') WHEN length(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', ''))) = 7 THEN translate(substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 2, 1), '01', 'OI') WHEN substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 2, 1) = '0' AND left(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 1) IN ('C', 'P', 'S') THEN 'O' ELSE translate(substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 2, 1), 'I', '1') END || translate(substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 3, greatest(length(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', ''))) - 5, 0)), 'OI', '01') || ' ' || translate(substring(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), greatest(length(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', ''))) - 2, 1), 1), 'OI', '01') || translate(right(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), 2), '01', 'OI')) END IS NULL THEN (coalesce(regexp_like(`a`, '[^	
              ​‌‍    ⁠　﻿]'), FALSE)) ELSE FALSE END;
-- uprn(a) → integer
TRY_CAST(regexp_extract(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`), '^0*([1-9][0-9]{0,11})(?:[.]0+)?$', 1) AS BIGINT);
-- unreadable
CASE WHEN TRY_CAST(regexp_extract(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`), '^0*([1-9][0-9]{0,11})(?:[.]0+)?$', 1) AS BIGINT) IS NULL THEN (coalesce(regexp_like(`a`, '[^	
              ​‌‍    ⁠　﻿]'), FALSE) AND NOT regexp_like(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`), '^0+(?:[.]0+)?$')) ELSE FALSE END;
-- nino(a) → string
CASE WHEN regexp_like(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), '^([ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z][0-9]{6}[A-D])$') AND NOT regexp_like(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), '^(?:BG|GB|NK|KN|TN|NT|ZZ)') THEN upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')) END;
-- unreadable
CASE WHEN CASE WHEN regexp_like(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), '^([ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z][0-9]{6}[A-D])$') AND NOT regexp_like(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), '^(?:BG|GB|NK|KN|TN|NT|ZZ)') THEN upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')) END IS NULL THEN (coalesce(regexp_like(`a`, '[^	
              ​‌‍    ⁠　﻿]'), FALSE) AND NOT regexp_like(upper(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿.-]+', '')), '^TN[0-9]{6}[A-Z]?$')) ELSE FALSE END;
-- person_name(a) → string
CASE WHEN regexp_like(`a`, '[A-Za-zÀ-ヿ一-龥]') THEN nullif(transform(array(trim(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿]+', ' '))), n -> array_join(transform(split(replace(replace(replace(replace(replace(replace(regexp_replace(CASE WHEN contains(n, ',') THEN trim(regexp_replace(concat_ws(' ', trim(split_part(n, ',', 3)),trim(split_part(n, ',', 2)),trim(split_part(n, ',', 1))), ' +', ' ')) ELSE n END, '^(?:(?:[Cc][Oo][Uu][Nn][Cc][Ii][Ll][Ll][Oo][Rr]|[Pp][Rr][Oo][Ff][Ee][Ss][Ss][Oo][Rr]|[Rr][Ee][Vv][Ee][Rr][Ee][Nn][Dd]|[Mm][Aa][Ss][Tt][Ee][Rr]|[Mm][Aa][Dd][Aa][Mm]|[Mm][Ii][Ss][Ss]|[Pp][Rr][Oo][Ff]|[Ll][Aa][Dd][Yy]|[Ll][Oo][Rr][Dd]|[Dd][Aa][Mm][Ee]|[Cc][Ll][Ll][Rr]|[Mm][Rr][Ss]|[Rr][Ee][Vv]|[Ss][Ii][Rr]|[Mm][Rr]|[Mm][Ss]|[Mm][Xx]|[Dd][Rr])[.]? (?:(?:&|[Aa][Nn][Dd]) )?)+', ''), ' ', ' ' || chr(31)), '-', '-' || chr(31)), 'O\'', 'O\'' || chr(31)), 'o\'', 'o\'' || chr(31)), 'D\'', 'D\'' || chr(31)), 'd\'', 'd\'' || chr(31)), chr(31)), w -> CASE WHEN NOT (w = upper(w) OR w = lower(w)) THEN w WHEN left(lower(w), 2) = 'mc' AND length(w) > 4 THEN 'Mc' || upper(substring(w, 3, 1)) || lower(substring(w, 4)) ELSE upper(left(w, 1)) || lower(substring(w, 2)) END), ''))[0], '') END;
-- unreadable
CASE WHEN CASE WHEN regexp_like(`a`, '[A-Za-zÀ-ヿ一-龥]') THEN nullif(transform(array(trim(regexp_replace(`a`, '[	
              ​‌‍    ⁠　﻿]+', ' '))), n -> array_join(transform(split(replace(replace(replace(replace(replace(replace(regexp_replace(CASE WHEN contains(n, ',') THEN trim(regexp_replace(concat_ws(' ', trim(split_part(n, ',', 3)),trim(split_part(n, ',', 2)),trim(split_part(n, ',', 1))), ' +', ' ')) ELSE n END, '^(?:(?:[Cc][Oo][Uu][Nn][Cc][Ii][Ll][Ll][Oo][Rr]|[Pp][Rr][Oo][Ff][Ee][Ss][Ss][Oo][Rr]|[Rr][Ee][Vv][Ee][Rr][Ee][Nn][Dd]|[Mm][Aa][Ss][Tt][Ee][Rr]|[Mm][Aa][Dd][Aa][Mm]|[Mm][Ii][Ss][Ss]|[Pp][Rr][Oo][Ff]|[Ll][Aa][Dd][Yy]|[Ll][Oo][Rr][Dd]|[Dd][Aa][Mm][Ee]|[Cc][Ll][Ll][Rr]|[Mm][Rr][Ss]|[Rr][Ee][Vv]|[Ss][Ii][Rr]|[Mm][Rr]|[Mm][Ss]|[Mm][Xx]|[Dd][Rr])[.]? (?:(?:&|[Aa][Nn][Dd]) )?)+', ''), ' ', ' ' || chr(31)), '-', '-' || chr(31)), 'O\'', 'O\'' || chr(31)), 'o\'', 'o\'' || chr(31)), 'D\'', 'D\'' || chr(31)), 'd\'', 'd\'' || chr(31)), chr(31)), w -> CASE WHEN NOT (w = upper(w) OR w = lower(w)) THEN w WHEN left(lower(w), 2) = 'mc' AND length(w) > 4 THEN 'Mc' || upper(substring(w, 3, 1)) || lower(substring(w, 4)) ELSE upper(left(w, 1)) || lower(substring(w, 2)) END), ''))[0], '') END IS NULL THEN (coalesce(regexp_like(`a`, '[^	
              ​‌‍    ⁠　﻿]'), FALSE)) ELSE FALSE END;
-- phone(a) → string
CASE WHEN regexp_extract(regexp_replace(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`), '[(]0[)]|[	
              ​‌‍    ⁠　﻿().-]+', ''), '^(?:[+]44|0044|0)0?([1-35789][0-9]{8,9})$', 1) <> '' THEN '+44' || regexp_extract(regexp_replace(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`), '[(]0[)]|[	
              ​‌‍    ⁠　﻿().-]+', ''), '^(?:[+]44|0044|0)0?([1-35789][0-9]{8,9})$', 1) WHEN regexp_extract(regexp_replace(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`), '[(]0[)]|[	
              ​‌‍    ⁠　﻿().-]+', ''), '^(?:[+]|00)((?:[1-35-9][0-9]|4[0-35-9])[0-9]{6,13})$', 1) <> '' THEN '+' || regexp_extract(regexp_replace(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`), '[(]0[)]|[	
              ​‌‍    ⁠　﻿().-]+', ''), '^(?:[+]|00)((?:[1-35-9][0-9]|4[0-35-9])[0-9]{6,13})$', 1) END;
-- unreadable
CASE WHEN CASE WHEN regexp_extract(regexp_replace(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`), '[(]0[)]|[	
              ​‌‍    ⁠　﻿().-]+', ''), '^(?:[+]44|0044|0)0?([1-35789][0-9]{8,9})$', 1) <> '' THEN '+44' || regexp_extract(regexp_replace(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`), '[(]0[)]|[	
              ​‌‍    ⁠　﻿().-]+', ''), '^(?:[+]44|0044|0)0?([1-35789][0-9]{8,9})$', 1) WHEN regexp_extract(regexp_replace(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`), '[(]0[)]|[	
              ​‌‍    ⁠　﻿().-]+', ''), '^(?:[+]|00)((?:[1-35-9][0-9]|4[0-35-9])[0-9]{6,13})$', 1) <> '' THEN '+' || regexp_extract(regexp_replace(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`), '[(]0[)]|[	
              ​‌‍    ⁠　﻿().-]+', ''), '^(?:[+]|00)((?:[1-35-9][0-9]|4[0-35-9])[0-9]{6,13})$', 1) END IS NULL THEN (coalesce(regexp_like(`a`, '[^	
              ​‌‍    ⁠　﻿]'), FALSE)) ELSE FALSE END;
-- email(a) → string
CASE WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^[a-z0-9.!#$%&*+/=?^_`{|}~\'-]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:[.][a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*[.][a-z]{2,}$') AND NOT regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '[.][.]|^[.]|[.]@') THEN lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)) END;
-- unreadable
CASE WHEN CASE WHEN regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '^[a-z0-9.!#$%&*+/=?^_`{|}~\'-]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:[.][a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*[.][a-z]{2,}$') AND NOT regexp_like(lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)), '[.][.]|^[.]|[.]@') THEN lower(trim(BOTH '	
              ​‌‍    ⁠　﻿' FROM `a`)) END IS NULL THEN (coalesce(regexp_like(`a`, '[^	
              ​‌‍    ⁠　﻿]'), FALSE)) ELSE FALSE END;
