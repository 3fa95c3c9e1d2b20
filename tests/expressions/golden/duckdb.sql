-- coalesce(a, b) → string
coalesce("a", "b");
-- nullif(a, 'x') → string
nullif("a", 'x');
-- if(n > 1, 'many', 'one') → string
CASE WHEN ("n" > CAST(1 AS BIGINT)) THEN 'many' ELSE 'one' END;
-- least(a, b) → string
least("a", "b");
-- greatest(a, b) → string
greatest("a", "b");
-- concat(a, b) → string
concat(coalesce("a", ''), coalesce("b", ''));
-- concat_ws(' ', a, b) → string
concat_ws(' ', "a", "b");
-- upper(a) → string
upper(replace(replace("a", 'ß', 'SS'), 'ﬁ', 'FI'));
-- lower(a) → string
lower(replace(replace("a", 'İ', 'i'), 'Σ', 'σ'));
-- trim(a) → string
CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END;
-- substring(a, 1, 3) → string
substring("a", CAST(least(greatest(CAST(1 AS BIGINT), 1), 1000000) AS INTEGER), CAST(least(greatest(CAST(3 AS BIGINT), 0), 1000000) AS INTEGER));
-- left(a, 3) → string
substring("a", 1, CAST(least(greatest(CAST(3 AS BIGINT), 0), 1000000) AS INTEGER));
-- right(a, 3) → string
right("a", CAST(least(greatest(CAST(3 AS BIGINT), 0), 1000000) AS INTEGER));
-- split_part(a, ',', 1) → string
split_part("a", ',', CAST(least(greatest(CAST(1 AS BIGINT), 1), 1000000) AS INTEGER));
-- lpad(a, 12, '0') → string
lpad("a", CAST(least(greatest(CAST(12 AS BIGINT), 0), 1000000) AS INTEGER), '0');
-- length(a) → integer
CAST(length("a") AS BIGINT);
-- replace(a, '-', ' ') → string
replace("a", '-', ' ');
-- starts_with(a, 'E17') → boolean
starts_with("a", 'E17');
-- contains(a, 'x') → boolean
contains("a", 'x');
-- regexp_matches(a, '^[0-9]+$') → boolean
regexp_matches("a", '^[0-9]+$');
-- regexp_extract(a, '([0-9]+)', 1) → string
regexp_extract("a", '([0-9]+)', 1);
-- regexp_replace(a, '[^0-9]', '') → string
regexp_replace("a", '[^0-9]', '', 'g');
-- md5(a) → string
md5("a");
-- abs(n) → integer
CASE WHEN "n" < 0 THEN TRY(CAST(0 AS BIGINT) - "n") ELSE "n" END;
-- round(n, 1) → integer
"n";
-- floor(n) → integer
"n";
-- ceil(n) → integer
"n";
-- date_trunc('month', d) → date
CAST(date_trunc('month', "d") AS DATE);
-- year(d) → integer
CAST(year("d") AS BIGINT);
-- month(d) → integer
CAST(month("d") AS BIGINT);
-- day(d) → integer
CAST(day("d") AS BIGINT);
-- days_between(d, e) → integer
date_diff('day', "d", "e");
-- months_between(d, e) → integer
CAST((((year("e") * 12 + month("e")) - (year("d") * 12 + month("d"))) + CASE WHEN "d" <= "e" AND day("e") < day("d") THEN -1 WHEN "d" > "e" AND day("e") > day("d") THEN 1 ELSE 0 END) AS BIGINT);
-- add_days(d, 14) → date
TRY(CAST("d" + CAST(CASE WHEN CAST(14 AS BIGINT) BETWEEN -365000 AND 365000 THEN CAST(14 AS BIGINT) END AS INTEGER) AS DATE));
-- add_months(d, 1) → date
TRY(CAST("d" + to_months(CAST(CASE WHEN CAST(1 AS BIGINT) BETWEEN -12000 AND 12000 THEN CAST(1 AS BIGINT) END AS INTEGER)) AS DATE));
-- make_date(2016, 3, 1) → date
CASE WHEN CAST(2016 AS BIGINT) BETWEEN 1800 AND 2199 AND CAST(3 AS BIGINT) BETWEEN 1 AND 12 AND CAST(1 AS BIGINT) BETWEEN 1 AND 31 THEN TRY_CAST((lpad(CAST(CAST(2016 AS BIGINT) AS VARCHAR), 4, '0') || '-' || lpad(CAST(CAST(3 AS BIGINT) AS VARCHAR), 2, '0') || '-' || lpad(CAST(CAST(1 AS BIGINT) AS VARCHAR), 2, '0')) AS DATE) END;
-- text(a) → string
CASE WHEN NOT regexp_matches("a", '[^ -~]|  |^ | $') THEN nullif("a", '') WHEN regexp_matches("a", '^[!-~]+(?: {1,2}[!-~]+)*$') THEN replace("a", '  ', ' ') WHEN regexp_matches("a", '^ *[!-~][ -~]*$') THEN trim(CASE WHEN contains("a", '   ') THEN regexp_replace("a", '  +', ' ', 'g') ELSE replace("a", '  ', ' ') END) WHEN "a" IS NOT NULL THEN list_transform([trim(regexp_replace(CASE WHEN regexp_matches("a", '[ÃÂâï]') THEN replace(list_reduce(list_prepend("a", string_split('â€“–â€”—â€˜‘â€™’â€š‚â€œ“â€ž„â€ †â€¢•â€¦…â€°‰â€¹‹â€º›â‚¬€â„¢™Â££Â§§Â©©Â««Â°°Â±±Â²²Â³³Â´´Â··Â¹¹Â»»Â¼¼Â½½Â¾¾Â¿¿Ã€ÀÃ‚ÂÃƒÃÃ„ÄÃ…ÅÃ†ÆÃ‡ÇÃˆÈÃ‰ÉÃŠÊÃ‹ËÃŒÌÃŽÎÃ‘ÑÃ’ÒÃ“ÓÃ”ÔÃ•ÕÃ–ÖÃ˜ØÃ™ÙÃšÚÃ›ÛÃœÜÃŸßÃ àÃ¡áÃ¢âÃ£ãÃ¤äÃ¥åÃ¦æÃ§çÃ¨èÃ©éÃªêÃ«ëÃ¬ìÃ­íÃ®îÃ¯ïÃ±ñÃ²òÃ³óÃ´ôÃµõÃ¶öÃ¸øÃ¹ùÃºúÃ»ûÃ¼üÃ½ýÃ¿ÿâ€”Ã­íÂ  ', chr(31))), lambda a, p: replace(a, left(p, CAST(length(p) - 1 AS INTEGER)), right(p, 1))), 'ï»¿', '') ELSE "a" END, '[	
              ​‌‍    ⁠　﻿]+', ' ', 'g'))], lambda s: nullif(s, ''))[1] END;
-- integer(a) → integer
CASE WHEN regexp_matches("a", '^-?[0-9]{1,18}$') THEN TRY_CAST("a" AS BIGINT) WHEN "a" IS NOT NULL THEN TRY_CAST(replace(replace(regexp_extract(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END, '^([+-]?(?:[0-9]{1,3}(?:[, ][0-9]{3})+|[0-9]+))(?:[.]0*)?$', 1), ',', ''), ' ', '') AS BIGINT) END;
-- unreadable
CASE WHEN CASE WHEN regexp_matches("a", '^-?[0-9]{1,18}$') THEN TRY_CAST("a" AS BIGINT) WHEN "a" IS NOT NULL THEN TRY_CAST(replace(replace(regexp_extract(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END, '^([+-]?(?:[0-9]{1,3}(?:[, ][0-9]{3})+|[0-9]+))(?:[.]0*)?$', 1), ',', ''), ' ', '') AS BIGINT) END IS NULL THEN (coalesce(regexp_matches("a", '[^	
              ​‌‍    ⁠　﻿]'), FALSE)) ELSE FALSE END;
-- number(a) → number
(CASE WHEN regexp_matches("a", '^-?[0-9]{1,15}(?:[.][0-9]{0,15})?$') THEN TRY_CAST("a" AS DOUBLE) WHEN "a" IS NOT NULL THEN TRY_CAST(replace(replace(regexp_extract(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END, '^([+-]?(?:(?:[0-9]{1,3}(?:[, ][0-9]{3})+|[0-9]+)(?:[.][0-9]*)?|[.][0-9]+)(?:[eE][+-]?[0-9]{1,3})?)$', 1), ',', ''), ' ', '') AS DOUBLE) END + CAST('0' AS DOUBLE));
-- unreadable
CASE WHEN (CASE WHEN regexp_matches("a", '^-?[0-9]{1,15}(?:[.][0-9]{0,15})?$') THEN TRY_CAST("a" AS DOUBLE) WHEN "a" IS NOT NULL THEN TRY_CAST(replace(replace(regexp_extract(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END, '^([+-]?(?:(?:[0-9]{1,3}(?:[, ][0-9]{3})+|[0-9]+)(?:[.][0-9]*)?|[.][0-9]+)(?:[eE][+-]?[0-9]{1,3})?)$', 1), ',', ''), ' ', '') AS DOUBLE) END + CAST('0' AS DOUBLE)) IS NULL THEN (coalesce(regexp_matches("a", '[^	
              ​‌‍    ⁠　﻿]'), FALSE)) ELSE FALSE END;
-- money(a) → money
CASE WHEN regexp_matches("a", '^-?[0-9]{1,15}(?:[.][0-9]{0,2})?$') THEN TRY_CAST("a" AS DECIMAL(18,2)) WHEN regexp_matches("a", '^-?£?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:[.][0-9]{0,2})?$') THEN TRY_CAST(replace(replace("a", '£', ''), ',', '') AS DECIMAL(18,2)) WHEN "a" IS NOT NULL THEN TRY_CAST((CASE WHEN regexp_matches("a", '[(-]|CR[	
              ​‌‍    ⁠　﻿]*$') THEN '-' ELSE '' END || replace(replace(regexp_extract(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END, '^(?:[+-]? ?£? ?|£ ?- ?|[(] ?-?£? ?)((?:[0-9]{1,3}(?:[, ][0-9]{3})+|[0-9]+)(?:[.][0-9]*)?|[.][0-9]+)(?: ?[)]| ?-| ?CR| ?DR)?$', 1), ',', ''), ' ', '')) AS DECIMAL(18,2)) END;
-- unreadable
CASE WHEN CASE WHEN regexp_matches("a", '^-?[0-9]{1,15}(?:[.][0-9]{0,2})?$') THEN TRY_CAST("a" AS DECIMAL(18,2)) WHEN regexp_matches("a", '^-?£?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:[.][0-9]{0,2})?$') THEN TRY_CAST(replace(replace("a", '£', ''), ',', '') AS DECIMAL(18,2)) WHEN "a" IS NOT NULL THEN TRY_CAST((CASE WHEN regexp_matches("a", '[(-]|CR[	
              ​‌‍    ⁠　﻿]*$') THEN '-' ELSE '' END || replace(replace(regexp_extract(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END, '^(?:[+-]? ?£? ?|£ ?- ?|[(] ?-?£? ?)((?:[0-9]{1,3}(?:[, ][0-9]{3})+|[0-9]+)(?:[.][0-9]*)?|[.][0-9]+)(?: ?[)]| ?-| ?CR| ?DR)?$', 1), ',', ''), ' ', '')) AS DECIMAL(18,2)) END IS NULL THEN (coalesce(regexp_matches("a", '[^	
              ​‌‍    ⁠　﻿]'), FALSE)) ELSE FALSE END;
-- yes_no(a) → boolean
CASE WHEN "a" IN ('1', 'ON', 'on', 'On', 'T', 't', 'TRUE', 'true', 'True', 'Y', 'y', 'YES', 'yes', 'Yes') THEN TRUE WHEN "a" IN ('0', 'F', 'f', 'FALSE', 'false', 'False', 'N', 'n', 'NO', 'no', 'No', 'OFF', 'off', 'Off') THEN FALSE WHEN lower(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END) IN ('1', 'on', 't', 'true', 'y', 'yes') THEN TRUE WHEN lower(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END) IN ('0', 'f', 'false', 'n', 'no', 'off') THEN FALSE END;
-- unreadable
CASE WHEN CASE WHEN "a" IN ('1', 'ON', 'on', 'On', 'T', 't', 'TRUE', 'true', 'True', 'Y', 'y', 'YES', 'yes', 'Yes') THEN TRUE WHEN "a" IN ('0', 'F', 'f', 'FALSE', 'false', 'False', 'N', 'n', 'NO', 'no', 'No', 'OFF', 'off', 'Off') THEN FALSE WHEN lower(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END) IN ('1', 'on', 't', 'true', 'y', 'yes') THEN TRUE WHEN lower(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END) IN ('0', 'f', 'false', 'n', 'no', 'off') THEN FALSE END IS NULL THEN (coalesce(regexp_matches("a", '[^	
              ​‌‍    ⁠　﻿]'), FALSE)) ELSE FALSE END;
-- uk_date(a) → date
CASE WHEN regexp_matches("a", '^[0-9]{1,2}/[0-9]{1,2}/(?:180[1-9]|18[1-8][0-9]|189[0-8]|190[1-9]|19[1-9][0-9]|2[01][0-9]{2})$') THEN CAST(try_strptime("a", '%d/%m/%Y') AS DATE) WHEN regexp_matches("a", '^(?:180[1-9]|18[1-8][0-9]|189[0-8]|190[1-9]|19[1-9][0-9]|2[01][0-9]{2})-[0-9]{2}-[0-9]{2}$') THEN CAST(try_strptime("a", '%Y-%m-%d') AS DATE) WHEN regexp_matches("a", '^[0-9]{1,2}-[A-Za-z]{3}-[0-9]{2}$') THEN CAST(try_strptime("a", '%d-%b-%y') AS DATE) WHEN regexp_matches("a", '^[0-9]{1,2}-[A-Za-z]{3}-(?:180[1-9]|18[1-8][0-9]|189[0-8]|190[1-9]|19[1-9][0-9]|2[01][0-9]{2})$') THEN CAST(try_strptime("a", '%d-%b-%Y') AS DATE) WHEN regexp_matches("a", '^(?:180[1-9]|18[1-8][0-9]|189[0-8]|190[1-9]|19[1-9][0-9]|2[01][0-9]{2})-[0-9]{2}$') THEN CAST(try_strptime("a", '%Y-%m') AS DATE) WHEN regexp_matches("a", '^[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}$') THEN CAST(try_strptime("a", '%d/%m/%y') AS DATE) WHEN regexp_matches("a", '^(?:180[1-9]|18[1-8][0-9]|189[0-8]|190[1-9]|19[1-9][0-9]|2[01][0-9]{2})[0-9]{4}$') THEN CAST(try_strptime("a", '%Y%m%d') AS DATE) WHEN regexp_matches("a", '^[0-9]{2}/[0-9]{2}/(?:180[1-9]|18[1-8][0-9]|189[0-8]|190[1-9]|19[1-9][0-9]|2[01][0-9]{2})[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?$') THEN CAST(try_strptime(left("a", 10), '%d/%m/%Y') AS DATE) WHEN regexp_matches("a", '^(?:180[1-9]|18[1-8][0-9]|189[0-8]|190[1-9]|19[1-9][0-9]|2[01][0-9]{2})-[0-9]{2}-[0-9]{2}[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?Z?$') THEN CAST(try_strptime(left("a", 10), '%Y-%m-%d') AS DATE) WHEN regexp_matches("a", '^[0-9]{2}/[0-9]{2}/[0-9]{4}(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?)?$') THEN CASE WHEN CAST(try_strptime(left("a", 10), '%d/%m/%Y') AS DATE) BETWEEN DATE '1800-01-01' AND DATE '2199-12-31' AND NOT list_contains([DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31'], CAST(try_strptime(left("a", 10), '%d/%m/%Y') AS DATE)) THEN CAST(try_strptime(left("a", 10), '%d/%m/%Y') AS DATE) END WHEN regexp_matches("a", '^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?Z?)?$') THEN CASE WHEN CAST(try_strptime(left("a", 10), '%Y-%m-%d') AS DATE) BETWEEN DATE '1800-01-01' AND DATE '2199-12-31' AND NOT list_contains([DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31'], CAST(try_strptime(left("a", 10), '%Y-%m-%d') AS DATE)) THEN CAST(try_strptime(left("a", 10), '%Y-%m-%d') AS DATE) END WHEN "a" IS NOT NULL THEN list_transform([CASE WHEN regexp_matches(lower(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END), '^(?:(?:[0-9]{1,2}(?:/[0-9]{1,2}/|-[0-9]{1,2}-|[.][0-9]{1,2}[.]|-(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)-| (?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?) )(?:[0-9]{4}|[0-9]{2})|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}|[0-9]{4}-[0-9]{2}|[0-9]{8})(?:[t ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?(?: ?(?:z|[+-][0-9]{2}:?[0-9]{2}))?)?|[1-9][0-9]{4}(?:[.][0-9]+)?)$') THEN list_transform([regexp_extract(lower(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END), '^(?:([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?|([0-9]{4})([0-9]{2})([0-9]{2})|([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})|([1-9][0-9]{4})(?:[.][0-9]+)?)(?:[t ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}(?:[.][0-9]{1,6})?)[0-9]*)? ?(z|[+-][0-9]{2}:?[0-9]{2})?)?$', ['y', 'm', 'd', 'py', 'pm', 'pd', 'dd', 'dm', 'dy', 'n', 'h', 'i', 's', 'z'])], lambda g: CASE WHEN g.n <> '' THEN CAST(DATE '1899-12-30' + CAST(g.n AS INTEGER) AS DATE) ELSE TRY_CAST(CASE WHEN g.py <> '' THEN g.py || '-' || g.pm || '-' || g.pd WHEN g.y <> '' THEN g.y || '-' || lpad(g.m, 2, '0') || '-' || CASE WHEN g.d = '' THEN '01' ELSE lpad(g.d, 2, '0') END ELSE CASE WHEN length(g.dy) = 4 THEN '' WHEN g.dy < '69' THEN '20' ELSE '19' END || g.dy || '-' || CASE left(g.dm, 3) WHEN 'jan' THEN '01' WHEN 'feb' THEN '02' WHEN 'mar' THEN '03' WHEN 'apr' THEN '04' WHEN 'may' THEN '05' WHEN 'jun' THEN '06' WHEN 'jul' THEN '07' WHEN 'aug' THEN '08' WHEN 'sep' THEN '09' WHEN 'oct' THEN '10' WHEN 'nov' THEN '11' WHEN 'dec' THEN '12' ELSE lpad(g.dm, 2, '0') END || '-' || lpad(g.dd, 2, '0') END AS DATE) END)[1] END], lambda p: CASE WHEN p BETWEEN DATE '1800-01-01' AND DATE '2199-12-31' AND NOT list_contains([DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31'], p) THEN p END)[1] END;
-- unreadable
CASE WHEN CASE WHEN regexp_matches("a", '^[0-9]{1,2}/[0-9]{1,2}/(?:180[1-9]|18[1-8][0-9]|189[0-8]|190[1-9]|19[1-9][0-9]|2[01][0-9]{2})$') THEN CAST(try_strptime("a", '%d/%m/%Y') AS DATE) WHEN regexp_matches("a", '^(?:180[1-9]|18[1-8][0-9]|189[0-8]|190[1-9]|19[1-9][0-9]|2[01][0-9]{2})-[0-9]{2}-[0-9]{2}$') THEN CAST(try_strptime("a", '%Y-%m-%d') AS DATE) WHEN regexp_matches("a", '^[0-9]{1,2}-[A-Za-z]{3}-[0-9]{2}$') THEN CAST(try_strptime("a", '%d-%b-%y') AS DATE) WHEN regexp_matches("a", '^[0-9]{1,2}-[A-Za-z]{3}-(?:180[1-9]|18[1-8][0-9]|189[0-8]|190[1-9]|19[1-9][0-9]|2[01][0-9]{2})$') THEN CAST(try_strptime("a", '%d-%b-%Y') AS DATE) WHEN regexp_matches("a", '^(?:180[1-9]|18[1-8][0-9]|189[0-8]|190[1-9]|19[1-9][0-9]|2[01][0-9]{2})-[0-9]{2}$') THEN CAST(try_strptime("a", '%Y-%m') AS DATE) WHEN regexp_matches("a", '^[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}$') THEN CAST(try_strptime("a", '%d/%m/%y') AS DATE) WHEN regexp_matches("a", '^(?:180[1-9]|18[1-8][0-9]|189[0-8]|190[1-9]|19[1-9][0-9]|2[01][0-9]{2})[0-9]{4}$') THEN CAST(try_strptime("a", '%Y%m%d') AS DATE) WHEN regexp_matches("a", '^[0-9]{2}/[0-9]{2}/(?:180[1-9]|18[1-8][0-9]|189[0-8]|190[1-9]|19[1-9][0-9]|2[01][0-9]{2})[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?$') THEN CAST(try_strptime(left("a", 10), '%d/%m/%Y') AS DATE) WHEN regexp_matches("a", '^(?:180[1-9]|18[1-8][0-9]|189[0-8]|190[1-9]|19[1-9][0-9]|2[01][0-9]{2})-[0-9]{2}-[0-9]{2}[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?Z?$') THEN CAST(try_strptime(left("a", 10), '%Y-%m-%d') AS DATE) WHEN regexp_matches("a", '^[0-9]{2}/[0-9]{2}/[0-9]{4}(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?)?$') THEN CASE WHEN CAST(try_strptime(left("a", 10), '%d/%m/%Y') AS DATE) BETWEEN DATE '1800-01-01' AND DATE '2199-12-31' AND NOT list_contains([DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31'], CAST(try_strptime(left("a", 10), '%d/%m/%Y') AS DATE)) THEN CAST(try_strptime(left("a", 10), '%d/%m/%Y') AS DATE) END WHEN regexp_matches("a", '^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?Z?)?$') THEN CASE WHEN CAST(try_strptime(left("a", 10), '%Y-%m-%d') AS DATE) BETWEEN DATE '1800-01-01' AND DATE '2199-12-31' AND NOT list_contains([DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31'], CAST(try_strptime(left("a", 10), '%Y-%m-%d') AS DATE)) THEN CAST(try_strptime(left("a", 10), '%Y-%m-%d') AS DATE) END WHEN "a" IS NOT NULL THEN list_transform([CASE WHEN regexp_matches(lower(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END), '^(?:(?:[0-9]{1,2}(?:/[0-9]{1,2}/|-[0-9]{1,2}-|[.][0-9]{1,2}[.]|-(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)-| (?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?) )(?:[0-9]{4}|[0-9]{2})|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}|[0-9]{4}-[0-9]{2}|[0-9]{8})(?:[t ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?(?: ?(?:z|[+-][0-9]{2}:?[0-9]{2}))?)?|[1-9][0-9]{4}(?:[.][0-9]+)?)$') THEN list_transform([regexp_extract(lower(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END), '^(?:([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?|([0-9]{4})([0-9]{2})([0-9]{2})|([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})|([1-9][0-9]{4})(?:[.][0-9]+)?)(?:[t ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}(?:[.][0-9]{1,6})?)[0-9]*)? ?(z|[+-][0-9]{2}:?[0-9]{2})?)?$', ['y', 'm', 'd', 'py', 'pm', 'pd', 'dd', 'dm', 'dy', 'n', 'h', 'i', 's', 'z'])], lambda g: CASE WHEN g.n <> '' THEN CAST(DATE '1899-12-30' + CAST(g.n AS INTEGER) AS DATE) ELSE TRY_CAST(CASE WHEN g.py <> '' THEN g.py || '-' || g.pm || '-' || g.pd WHEN g.y <> '' THEN g.y || '-' || lpad(g.m, 2, '0') || '-' || CASE WHEN g.d = '' THEN '01' ELSE lpad(g.d, 2, '0') END ELSE CASE WHEN length(g.dy) = 4 THEN '' WHEN g.dy < '69' THEN '20' ELSE '19' END || g.dy || '-' || CASE left(g.dm, 3) WHEN 'jan' THEN '01' WHEN 'feb' THEN '02' WHEN 'mar' THEN '03' WHEN 'apr' THEN '04' WHEN 'may' THEN '05' WHEN 'jun' THEN '06' WHEN 'jul' THEN '07' WHEN 'aug' THEN '08' WHEN 'sep' THEN '09' WHEN 'oct' THEN '10' WHEN 'nov' THEN '11' WHEN 'dec' THEN '12' ELSE lpad(g.dm, 2, '0') END || '-' || lpad(g.dd, 2, '0') END AS DATE) END)[1] END], lambda p: CASE WHEN p BETWEEN DATE '1800-01-01' AND DATE '2199-12-31' AND NOT list_contains([DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31'], p) THEN p END)[1] END IS NULL THEN (coalesce(regexp_matches("a", '[^	
              ​‌‍    ⁠　﻿]'), FALSE) AND NOT (regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]*0[0/.-]*(?:[tT ]00:00.*)?[	
              ​‌‍    ⁠　﻿]*$') OR CASE WHEN NOT regexp_matches("a", '0001|1601|1753|1800|1899|1900|2999|9999') THEN FALSE WHEN regexp_matches("a", '^[0-9]{2}/[0-9]{2}/[0-9]{4}(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?)?$') THEN coalesce(list_contains([DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31'], CAST(try_strptime(left("a", 10), '%d/%m/%Y') AS DATE)), FALSE) WHEN regexp_matches("a", '^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?Z?)?$') THEN coalesce(list_contains([DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31'], CAST(try_strptime(left("a", 10), '%Y-%m-%d') AS DATE)), FALSE) ELSE list_transform([CASE WHEN regexp_matches(lower(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END), '^(?:(?:[0-9]{1,2}(?:/[0-9]{1,2}/|-[0-9]{1,2}-|[.][0-9]{1,2}[.]|-(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)-| (?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?) )(?:[0-9]{4}|[0-9]{2})|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}|[0-9]{4}-[0-9]{2}|[0-9]{8})(?:[t ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?(?: ?(?:z|[+-][0-9]{2}:?[0-9]{2}))?)?|[1-9][0-9]{4}(?:[.][0-9]+)?)$') THEN list_transform([regexp_extract(lower(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END), '^(?:([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?|([0-9]{4})([0-9]{2})([0-9]{2})|([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})|([1-9][0-9]{4})(?:[.][0-9]+)?)(?:[t ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}(?:[.][0-9]{1,6})?)[0-9]*)? ?(z|[+-][0-9]{2}:?[0-9]{2})?)?$', ['y', 'm', 'd', 'py', 'pm', 'pd', 'dd', 'dm', 'dy', 'n', 'h', 'i', 's', 'z'])], lambda g: CASE WHEN g.n <> '' THEN CAST(DATE '1899-12-30' + CAST(g.n AS INTEGER) AS DATE) ELSE TRY_CAST(CASE WHEN g.py <> '' THEN g.py || '-' || g.pm || '-' || g.pd WHEN g.y <> '' THEN g.y || '-' || lpad(g.m, 2, '0') || '-' || CASE WHEN g.d = '' THEN '01' ELSE lpad(g.d, 2, '0') END ELSE CASE WHEN length(g.dy) = 4 THEN '' WHEN g.dy < '69' THEN '20' ELSE '19' END || g.dy || '-' || CASE left(g.dm, 3) WHEN 'jan' THEN '01' WHEN 'feb' THEN '02' WHEN 'mar' THEN '03' WHEN 'apr' THEN '04' WHEN 'may' THEN '05' WHEN 'jun' THEN '06' WHEN 'jul' THEN '07' WHEN 'aug' THEN '08' WHEN 'sep' THEN '09' WHEN 'oct' THEN '10' WHEN 'nov' THEN '11' WHEN 'dec' THEN '12' ELSE lpad(g.dm, 2, '0') END || '-' || lpad(g.dd, 2, '0') END AS DATE) END)[1] END], lambda p: coalesce(list_contains([DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31'], p), FALSE))[1] END)) ELSE FALSE END;
-- uk_timestamp(a) → timestamp
CASE WHEN regexp_matches("a", '^(?:180[1-9]|18[1-8][0-9]|189[0-8]|190[1-9]|19[1-9][0-9]|2[01][0-9]{2})-[0-9]{2}-[0-9]{2}[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,6})?Z?)?$') THEN CASE WHEN suffix("a", 'Z') THEN TRY_CAST(left("a", length("a") - 1) AS TIMESTAMP) ELSE CASE WHEN substring("a", 6, 2) IN ('03', '10') THEN list_transform([TRY_CAST("a" AS TIMESTAMP)], lambda l: CASE WHEN (l >= CAST(CAST(make_date(CAST(year(l) AS INTEGER), 3, 31) - CAST(date_diff('day', DATE '1800-01-05', make_date(CAST(year(l) AS INTEGER), 3, 31)) % 7 AS INTEGER) AS DATE) AS TIMESTAMP) + to_minutes(60) AND l < CAST(CAST(make_date(CAST(year(l) AS INTEGER), 10, 31) - CAST(date_diff('day', DATE '1800-01-05', make_date(CAST(year(l) AS INTEGER), 10, 31)) % 7 AS INTEGER) AS DATE) AS TIMESTAMP) + to_minutes(120)) THEN l - to_minutes(60) ELSE l END)[1] WHEN substring("a", 6, 2) BETWEEN '04' AND '09' THEN TRY_CAST("a" AS TIMESTAMP) - to_minutes(60) ELSE TRY_CAST("a" AS TIMESTAMP) END END WHEN regexp_matches("a", '^[0-9]{2}/[0-9]{2}/(?:180[1-9]|18[1-8][0-9]|189[0-8]|190[1-9]|19[1-9][0-9]|2[01][0-9]{2}) (?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?$') THEN CASE WHEN substring("a", 4, 2) IN ('03', '10') THEN list_transform([TRY_CAST((substring("a", 7, 4) || '-' || substring("a", 4, 2) || '-' || left("a", 2) || substring("a", 11)) AS TIMESTAMP)], lambda l: CASE WHEN (l >= CAST(CAST(make_date(CAST(year(l) AS INTEGER), 3, 31) - CAST(date_diff('day', DATE '1800-01-05', make_date(CAST(year(l) AS INTEGER), 3, 31)) % 7 AS INTEGER) AS DATE) AS TIMESTAMP) + to_minutes(60) AND l < CAST(CAST(make_date(CAST(year(l) AS INTEGER), 10, 31) - CAST(date_diff('day', DATE '1800-01-05', make_date(CAST(year(l) AS INTEGER), 10, 31)) % 7 AS INTEGER) AS DATE) AS TIMESTAMP) + to_minutes(120)) THEN l - to_minutes(60) ELSE l END)[1] WHEN substring("a", 4, 2) BETWEEN '04' AND '09' THEN TRY_CAST((substring("a", 7, 4) || '-' || substring("a", 4, 2) || '-' || left("a", 2) || substring("a", 11)) AS TIMESTAMP) - to_minutes(60) ELSE TRY_CAST((substring("a", 7, 4) || '-' || substring("a", 4, 2) || '-' || left("a", 2) || substring("a", 11)) AS TIMESTAMP) END WHEN (regexp_matches("a", '^[0-9]{2}/[0-9]{2}/[0-9]{4}(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?)?$') AND list_contains([DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31'], CAST(try_strptime(left("a", 10), '%d/%m/%Y') AS DATE))) OR (regexp_matches("a", '^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?Z?)?$') AND list_contains([DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31'], CAST(try_strptime(left("a", 10), '%Y-%m-%d') AS DATE))) THEN NULL WHEN "a" IS NOT NULL THEN list_transform([CASE WHEN regexp_matches(lower(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END), '^(?:(?:[0-9]{1,2}(?:/[0-9]{1,2}/|-[0-9]{1,2}-|[.][0-9]{1,2}[.]|-(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)-| (?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?) )(?:[0-9]{4}|[0-9]{2})|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}|[0-9]{4}-[0-9]{2}|[0-9]{8})(?:[t ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?(?: ?(?:z|[+-][0-9]{2}:?[0-9]{2}))?)?|[1-9][0-9]{4}(?:[.][0-9]+)?)$') THEN list_transform([regexp_extract(lower(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END), '^(?:([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?|([0-9]{4})([0-9]{2})([0-9]{2})|([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})|([1-9][0-9]{4})(?:[.][0-9]+)?)(?:[t ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}(?:[.][0-9]{1,6})?)[0-9]*)? ?(z|[+-][0-9]{2}:?[0-9]{2})?)?$', ['y', 'm', 'd', 'py', 'pm', 'pd', 'dd', 'dm', 'dy', 'n', 'h', 'i', 's', 'z'])], lambda g: {'l': CASE WHEN g.h = '' OR (lpad(g.h, 2, '0') < '24' AND g.i < '60' AND g.s < '60') THEN TRY_CAST((CAST(CASE WHEN g.n <> '' THEN CAST(DATE '1899-12-30' + CAST(g.n AS INTEGER) AS DATE) ELSE TRY_CAST(CASE WHEN g.py <> '' THEN g.py || '-' || g.pm || '-' || g.pd WHEN g.y <> '' THEN g.y || '-' || lpad(g.m, 2, '0') || '-' || CASE WHEN g.d = '' THEN '01' ELSE lpad(g.d, 2, '0') END ELSE CASE WHEN length(g.dy) = 4 THEN '' WHEN g.dy < '69' THEN '20' ELSE '19' END || g.dy || '-' || CASE left(g.dm, 3) WHEN 'jan' THEN '01' WHEN 'feb' THEN '02' WHEN 'mar' THEN '03' WHEN 'apr' THEN '04' WHEN 'may' THEN '05' WHEN 'jun' THEN '06' WHEN 'jul' THEN '07' WHEN 'aug' THEN '08' WHEN 'sep' THEN '09' WHEN 'oct' THEN '10' WHEN 'nov' THEN '11' WHEN 'dec' THEN '12' ELSE lpad(g.dm, 2, '0') END || '-' || lpad(g.dd, 2, '0') END AS DATE) END AS VARCHAR) || ' ' || CASE WHEN g.h = '' THEN '00:00:00' ELSE lpad(g.h, 2, '0') || ':' || g.i || ':' || CASE WHEN g.s = '' THEN '00' ELSE g.s END END) AS TIMESTAMP) END, 'z': g.z})[1] END], lambda r: CASE WHEN r.l >= CAST('1800-01-01' AS TIMESTAMP) AND r.l < CAST('2200-01-01' AS TIMESTAMP) AND NOT list_contains([DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31'], CAST(r.l AS DATE)) THEN r.l - to_minutes(CASE WHEN r.z = 'z' THEN 0 WHEN left(r.z, 1) = '-' THEN - (CAST(substring(r.z, 2, 2) AS INTEGER) * 60 + CAST(right(r.z, 2) AS INTEGER)) WHEN left(r.z, 1) = '+' THEN (CAST(substring(r.z, 2, 2) AS INTEGER) * 60 + CAST(right(r.z, 2) AS INTEGER)) WHEN (r.l >= CAST(CAST(make_date(CAST(year(r.l) AS INTEGER), 3, 31) - CAST(date_diff('day', DATE '1800-01-05', make_date(CAST(year(r.l) AS INTEGER), 3, 31)) % 7 AS INTEGER) AS DATE) AS TIMESTAMP) + to_minutes(60) AND r.l < CAST(CAST(make_date(CAST(year(r.l) AS INTEGER), 10, 31) - CAST(date_diff('day', DATE '1800-01-05', make_date(CAST(year(r.l) AS INTEGER), 10, 31)) % 7 AS INTEGER) AS DATE) AS TIMESTAMP) + to_minutes(120)) THEN 60 ELSE 0 END) END)[1] END;
-- unreadable
CASE WHEN CASE WHEN regexp_matches("a", '^(?:180[1-9]|18[1-8][0-9]|189[0-8]|190[1-9]|19[1-9][0-9]|2[01][0-9]{2})-[0-9]{2}-[0-9]{2}[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,6})?Z?)?$') THEN CASE WHEN suffix("a", 'Z') THEN TRY_CAST(left("a", length("a") - 1) AS TIMESTAMP) ELSE CASE WHEN substring("a", 6, 2) IN ('03', '10') THEN list_transform([TRY_CAST("a" AS TIMESTAMP)], lambda l: CASE WHEN (l >= CAST(CAST(make_date(CAST(year(l) AS INTEGER), 3, 31) - CAST(date_diff('day', DATE '1800-01-05', make_date(CAST(year(l) AS INTEGER), 3, 31)) % 7 AS INTEGER) AS DATE) AS TIMESTAMP) + to_minutes(60) AND l < CAST(CAST(make_date(CAST(year(l) AS INTEGER), 10, 31) - CAST(date_diff('day', DATE '1800-01-05', make_date(CAST(year(l) AS INTEGER), 10, 31)) % 7 AS INTEGER) AS DATE) AS TIMESTAMP) + to_minutes(120)) THEN l - to_minutes(60) ELSE l END)[1] WHEN substring("a", 6, 2) BETWEEN '04' AND '09' THEN TRY_CAST("a" AS TIMESTAMP) - to_minutes(60) ELSE TRY_CAST("a" AS TIMESTAMP) END END WHEN regexp_matches("a", '^[0-9]{2}/[0-9]{2}/(?:180[1-9]|18[1-8][0-9]|189[0-8]|190[1-9]|19[1-9][0-9]|2[01][0-9]{2}) (?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?$') THEN CASE WHEN substring("a", 4, 2) IN ('03', '10') THEN list_transform([TRY_CAST((substring("a", 7, 4) || '-' || substring("a", 4, 2) || '-' || left("a", 2) || substring("a", 11)) AS TIMESTAMP)], lambda l: CASE WHEN (l >= CAST(CAST(make_date(CAST(year(l) AS INTEGER), 3, 31) - CAST(date_diff('day', DATE '1800-01-05', make_date(CAST(year(l) AS INTEGER), 3, 31)) % 7 AS INTEGER) AS DATE) AS TIMESTAMP) + to_minutes(60) AND l < CAST(CAST(make_date(CAST(year(l) AS INTEGER), 10, 31) - CAST(date_diff('day', DATE '1800-01-05', make_date(CAST(year(l) AS INTEGER), 10, 31)) % 7 AS INTEGER) AS DATE) AS TIMESTAMP) + to_minutes(120)) THEN l - to_minutes(60) ELSE l END)[1] WHEN substring("a", 4, 2) BETWEEN '04' AND '09' THEN TRY_CAST((substring("a", 7, 4) || '-' || substring("a", 4, 2) || '-' || left("a", 2) || substring("a", 11)) AS TIMESTAMP) - to_minutes(60) ELSE TRY_CAST((substring("a", 7, 4) || '-' || substring("a", 4, 2) || '-' || left("a", 2) || substring("a", 11)) AS TIMESTAMP) END WHEN (regexp_matches("a", '^[0-9]{2}/[0-9]{2}/[0-9]{4}(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?)?$') AND list_contains([DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31'], CAST(try_strptime(left("a", 10), '%d/%m/%Y') AS DATE))) OR (regexp_matches("a", '^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?Z?)?$') AND list_contains([DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31'], CAST(try_strptime(left("a", 10), '%Y-%m-%d') AS DATE))) THEN NULL WHEN "a" IS NOT NULL THEN list_transform([CASE WHEN regexp_matches(lower(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END), '^(?:(?:[0-9]{1,2}(?:/[0-9]{1,2}/|-[0-9]{1,2}-|[.][0-9]{1,2}[.]|-(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)-| (?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?) )(?:[0-9]{4}|[0-9]{2})|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}|[0-9]{4}-[0-9]{2}|[0-9]{8})(?:[t ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?(?: ?(?:z|[+-][0-9]{2}:?[0-9]{2}))?)?|[1-9][0-9]{4}(?:[.][0-9]+)?)$') THEN list_transform([regexp_extract(lower(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END), '^(?:([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?|([0-9]{4})([0-9]{2})([0-9]{2})|([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})|([1-9][0-9]{4})(?:[.][0-9]+)?)(?:[t ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}(?:[.][0-9]{1,6})?)[0-9]*)? ?(z|[+-][0-9]{2}:?[0-9]{2})?)?$', ['y', 'm', 'd', 'py', 'pm', 'pd', 'dd', 'dm', 'dy', 'n', 'h', 'i', 's', 'z'])], lambda g: {'l': CASE WHEN g.h = '' OR (lpad(g.h, 2, '0') < '24' AND g.i < '60' AND g.s < '60') THEN TRY_CAST((CAST(CASE WHEN g.n <> '' THEN CAST(DATE '1899-12-30' + CAST(g.n AS INTEGER) AS DATE) ELSE TRY_CAST(CASE WHEN g.py <> '' THEN g.py || '-' || g.pm || '-' || g.pd WHEN g.y <> '' THEN g.y || '-' || lpad(g.m, 2, '0') || '-' || CASE WHEN g.d = '' THEN '01' ELSE lpad(g.d, 2, '0') END ELSE CASE WHEN length(g.dy) = 4 THEN '' WHEN g.dy < '69' THEN '20' ELSE '19' END || g.dy || '-' || CASE left(g.dm, 3) WHEN 'jan' THEN '01' WHEN 'feb' THEN '02' WHEN 'mar' THEN '03' WHEN 'apr' THEN '04' WHEN 'may' THEN '05' WHEN 'jun' THEN '06' WHEN 'jul' THEN '07' WHEN 'aug' THEN '08' WHEN 'sep' THEN '09' WHEN 'oct' THEN '10' WHEN 'nov' THEN '11' WHEN 'dec' THEN '12' ELSE lpad(g.dm, 2, '0') END || '-' || lpad(g.dd, 2, '0') END AS DATE) END AS VARCHAR) || ' ' || CASE WHEN g.h = '' THEN '00:00:00' ELSE lpad(g.h, 2, '0') || ':' || g.i || ':' || CASE WHEN g.s = '' THEN '00' ELSE g.s END END) AS TIMESTAMP) END, 'z': g.z})[1] END], lambda r: CASE WHEN r.l >= CAST('1800-01-01' AS TIMESTAMP) AND r.l < CAST('2200-01-01' AS TIMESTAMP) AND NOT list_contains([DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31'], CAST(r.l AS DATE)) THEN r.l - to_minutes(CASE WHEN r.z = 'z' THEN 0 WHEN left(r.z, 1) = '-' THEN - (CAST(substring(r.z, 2, 2) AS INTEGER) * 60 + CAST(right(r.z, 2) AS INTEGER)) WHEN left(r.z, 1) = '+' THEN (CAST(substring(r.z, 2, 2) AS INTEGER) * 60 + CAST(right(r.z, 2) AS INTEGER)) WHEN (r.l >= CAST(CAST(make_date(CAST(year(r.l) AS INTEGER), 3, 31) - CAST(date_diff('day', DATE '1800-01-05', make_date(CAST(year(r.l) AS INTEGER), 3, 31)) % 7 AS INTEGER) AS DATE) AS TIMESTAMP) + to_minutes(60) AND r.l < CAST(CAST(make_date(CAST(year(r.l) AS INTEGER), 10, 31) - CAST(date_diff('day', DATE '1800-01-05', make_date(CAST(year(r.l) AS INTEGER), 10, 31)) % 7 AS INTEGER) AS DATE) AS TIMESTAMP) + to_minutes(120)) THEN 60 ELSE 0 END) END)[1] END IS NULL THEN (coalesce(regexp_matches("a", '[^	
              ​‌‍    ⁠　﻿]'), FALSE) AND NOT (regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]*0[0/.-]*(?:[tT ]00:00.*)?[	
              ​‌‍    ⁠　﻿]*$') OR CASE WHEN NOT regexp_matches("a", '0001|1601|1753|1800|1899|1900|2999|9999') THEN FALSE WHEN regexp_matches("a", '^[0-9]{2}/[0-9]{2}/[0-9]{4}(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?)?$') THEN coalesce(list_contains([DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31'], CAST(try_strptime(left("a", 10), '%d/%m/%Y') AS DATE)), FALSE) WHEN regexp_matches("a", '^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?Z?)?$') THEN coalesce(list_contains([DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31'], CAST(try_strptime(left("a", 10), '%Y-%m-%d') AS DATE)), FALSE) ELSE list_transform([CASE WHEN regexp_matches(lower(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END), '^(?:(?:[0-9]{1,2}(?:/[0-9]{1,2}/|-[0-9]{1,2}-|[.][0-9]{1,2}[.]|-(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)-| (?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?) )(?:[0-9]{4}|[0-9]{2})|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}|[0-9]{4}-[0-9]{2}|[0-9]{8})(?:[t ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?(?: ?(?:z|[+-][0-9]{2}:?[0-9]{2}))?)?|[1-9][0-9]{4}(?:[.][0-9]+)?)$') THEN list_transform([regexp_extract(lower(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END), '^(?:([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?|([0-9]{4})([0-9]{2})([0-9]{2})|([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})|([1-9][0-9]{4})(?:[.][0-9]+)?)(?:[t ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}(?:[.][0-9]{1,6})?)[0-9]*)? ?(z|[+-][0-9]{2}:?[0-9]{2})?)?$', ['y', 'm', 'd', 'py', 'pm', 'pd', 'dd', 'dm', 'dy', 'n', 'h', 'i', 's', 'z'])], lambda g: CASE WHEN g.n <> '' THEN CAST(DATE '1899-12-30' + CAST(g.n AS INTEGER) AS DATE) ELSE TRY_CAST(CASE WHEN g.py <> '' THEN g.py || '-' || g.pm || '-' || g.pd WHEN g.y <> '' THEN g.y || '-' || lpad(g.m, 2, '0') || '-' || CASE WHEN g.d = '' THEN '01' ELSE lpad(g.d, 2, '0') END ELSE CASE WHEN length(g.dy) = 4 THEN '' WHEN g.dy < '69' THEN '20' ELSE '19' END || g.dy || '-' || CASE left(g.dm, 3) WHEN 'jan' THEN '01' WHEN 'feb' THEN '02' WHEN 'mar' THEN '03' WHEN 'apr' THEN '04' WHEN 'may' THEN '05' WHEN 'jun' THEN '06' WHEN 'jul' THEN '07' WHEN 'aug' THEN '08' WHEN 'sep' THEN '09' WHEN 'oct' THEN '10' WHEN 'nov' THEN '11' WHEN 'dec' THEN '12' ELSE lpad(g.dm, 2, '0') END || '-' || lpad(g.dd, 2, '0') END AS DATE) END)[1] END], lambda p: coalesce(list_contains([DATE '0001-01-01', DATE '1601-01-01', DATE '1753-01-01', DATE '1800-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '2999-12-31', DATE '9999-01-01', DATE '9999-12-30', DATE '9999-12-31'], p), FALSE))[1] END)) ELSE FALSE END;
-- postcode(a) → string
CASE WHEN regexp_matches(upper("a"), '^(?:(?:[A-PR-UWYZ](?:[0-9]|[1-9][0-9]|[A-HK-Y](?:[0-9]|[1-9][0-9])|[0-9][ABCDEFGHJKPSTUW]|[A-HK-Y][0-9][ABEHMNPRVWXY])|GIR) [0-9][ABD-HJLNP-UW-Z]{2})$') THEN upper("a") WHEN regexp_matches(upper(regexp_replace("a", '[	
              ​‌‍    ⁠　﻿.-]+', '', 'g')), '^(?:(?:[A-PR-UWYZ](?:[0-9]|[1-9][0-9]|[A-HK-Y](?:[0-9]|[1-9][0-9])|[0-9][ABCDEFGHJKPSTUW]|[A-HK-Y][0-9][ABEHMNPRVWXY])|GIR)[0-9][ABD-HJLNP-UW-Z]{2})$') THEN list_transform([upper(regexp_replace("a", '[	
              ​‌‍    ⁠　﻿.-]+', '', 'g'))], lambda c: (left(c, greatest(length(c) - 3, 0)) || ' ' || right(c, 3)))[1] WHEN "a" IS NOT NULL THEN list_transform([regexp_extract(list_transform([list_transform([regexp_extract(upper(regexp_replace("a", '[	
              ​‌‍    ⁠　﻿.-]+', '', 'g')), '^[A-Z0-9]{5,7}$', 0)], lambda m: nullif(m, ''))[1]], lambda c: (translate(left(c, 1), '01', 'OI') || CASE WHEN length(c) = 5 THEN translate(substring(c, 2, 1), 'OI', '01') WHEN length(c) = 7 THEN translate(substring(c, 2, 1), '01', 'OI') WHEN substring(c, 2, 1) = '0' AND left(c, 1) IN ('C', 'P', 'S') THEN 'O' ELSE translate(substring(c, 2, 1), 'I', '1') END || translate(substring(c, 3, greatest(length(c) - 5, 0)), 'OI', '01') || ' ' || translate(substring(c, greatest(length(c) - 2, 1), 1), 'OI', '01') || translate(right(c, 2), '01', 'OI')))[1], '^(?:(?:[A-PR-UWYZ](?:[0-9]|[1-9][0-9]|[A-HK-Y](?:[0-9]|[1-9][0-9])|[0-9][ABCDEFGHJKPSTUW]|[A-HK-Y][0-9][ABEHMNPRVWXY])|GIR) [0-9][ABD-HJLNP-UW-Z]{2})$', 0)], lambda m: nullif(m, ''))[1] END;
-- unreadable
CASE WHEN CASE WHEN regexp_matches(upper("a"), '^(?:(?:[A-PR-UWYZ](?:[0-9]|[1-9][0-9]|[A-HK-Y](?:[0-9]|[1-9][0-9])|[0-9][ABCDEFGHJKPSTUW]|[A-HK-Y][0-9][ABEHMNPRVWXY])|GIR) [0-9][ABD-HJLNP-UW-Z]{2})$') THEN upper("a") WHEN regexp_matches(upper(regexp_replace("a", '[	
              ​‌‍    ⁠　﻿.-]+', '', 'g')), '^(?:(?:[A-PR-UWYZ](?:[0-9]|[1-9][0-9]|[A-HK-Y](?:[0-9]|[1-9][0-9])|[0-9][ABCDEFGHJKPSTUW]|[A-HK-Y][0-9][ABEHMNPRVWXY])|GIR)[0-9][ABD-HJLNP-UW-Z]{2})$') THEN list_transform([upper(regexp_replace("a", '[	
              ​‌‍    ⁠　﻿.-]+', '', 'g'))], lambda c: (left(c, greatest(length(c) - 3, 0)) || ' ' || right(c, 3)))[1] WHEN "a" IS NOT NULL THEN list_transform([regexp_extract(list_transform([list_transform([regexp_extract(upper(regexp_replace("a", '[	
              ​‌‍    ⁠　﻿.-]+', '', 'g')), '^[A-Z0-9]{5,7}$', 0)], lambda m: nullif(m, ''))[1]], lambda c: (translate(left(c, 1), '01', 'OI') || CASE WHEN length(c) = 5 THEN translate(substring(c, 2, 1), 'OI', '01') WHEN length(c) = 7 THEN translate(substring(c, 2, 1), '01', 'OI') WHEN substring(c, 2, 1) = '0' AND left(c, 1) IN ('C', 'P', 'S') THEN 'O' ELSE translate(substring(c, 2, 1), 'I', '1') END || translate(substring(c, 3, greatest(length(c) - 5, 0)), 'OI', '01') || ' ' || translate(substring(c, greatest(length(c) - 2, 1), 1), 'OI', '01') || translate(right(c, 2), '01', 'OI')))[1], '^(?:(?:[A-PR-UWYZ](?:[0-9]|[1-9][0-9]|[A-HK-Y](?:[0-9]|[1-9][0-9])|[0-9][ABCDEFGHJKPSTUW]|[A-HK-Y][0-9][ABEHMNPRVWXY])|GIR) [0-9][ABD-HJLNP-UW-Z]{2})$', 0)], lambda m: nullif(m, ''))[1] END IS NULL THEN (coalesce(regexp_matches("a", '[^	
              ​‌‍    ⁠　﻿]'), FALSE)) ELSE FALSE END;
-- uprn(a) → integer
CASE WHEN regexp_matches("a", '^[1-9][0-9]{0,11}(?:[.]0)?$') THEN TRY_CAST(replace("a", '.0', '') AS BIGINT) WHEN "a" IS NOT NULL THEN TRY_CAST(regexp_extract(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END, '^0*([1-9][0-9]{0,11})(?:[.]0+)?$', 1) AS BIGINT) END;
-- unreadable
CASE WHEN CASE WHEN regexp_matches("a", '^[1-9][0-9]{0,11}(?:[.]0)?$') THEN TRY_CAST(replace("a", '.0', '') AS BIGINT) WHEN "a" IS NOT NULL THEN TRY_CAST(regexp_extract(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END, '^0*([1-9][0-9]{0,11})(?:[.]0+)?$', 1) AS BIGINT) END IS NULL THEN (coalesce(regexp_matches("a", '[^	
              ​‌‍    ⁠　﻿]'), FALSE) AND NOT regexp_matches(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END, '^0+(?:[.]0+)?$')) ELSE FALSE END;
-- nino(a) → string
CASE WHEN regexp_matches("a", '^[A-Z]{2}[0-9]{6}[A-D]$') THEN CASE WHEN regexp_matches("a", '^([ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z][0-9]{6}[A-D])$') AND NOT regexp_matches("a", '^(?:BG|GB|NK|KN|TN|NT|ZZ)') THEN "a" END WHEN regexp_matches(upper(regexp_replace("a", '[	
              ​‌‍    ⁠　﻿.-]+', '', 'g')), '^([ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z][0-9]{6}[A-D])$') AND NOT regexp_matches(upper(regexp_replace("a", '[	
              ​‌‍    ⁠　﻿.-]+', '', 'g')), '^(?:BG|GB|NK|KN|TN|NT|ZZ)') THEN upper(regexp_replace("a", '[	
              ​‌‍    ⁠　﻿.-]+', '', 'g')) END;
-- unreadable
CASE WHEN CASE WHEN regexp_matches("a", '^[A-Z]{2}[0-9]{6}[A-D]$') THEN CASE WHEN regexp_matches("a", '^([ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z][0-9]{6}[A-D])$') AND NOT regexp_matches("a", '^(?:BG|GB|NK|KN|TN|NT|ZZ)') THEN "a" END WHEN regexp_matches(upper(regexp_replace("a", '[	
              ​‌‍    ⁠　﻿.-]+', '', 'g')), '^([ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z][0-9]{6}[A-D])$') AND NOT regexp_matches(upper(regexp_replace("a", '[	
              ​‌‍    ⁠　﻿.-]+', '', 'g')), '^(?:BG|GB|NK|KN|TN|NT|ZZ)') THEN upper(regexp_replace("a", '[	
              ​‌‍    ⁠　﻿.-]+', '', 'g')) END IS NULL THEN (coalesce(regexp_matches("a", '[^	
              ​‌‍    ⁠　﻿]'), FALSE) AND NOT regexp_matches(upper(regexp_replace("a", '[	
              ​‌‍    ⁠　﻿.-]+', '', 'g')), '^TN[0-9]{6}[A-Z]?$')) ELSE FALSE END;
-- person_name(a) → string
list_transform([array_to_string(list_transform(string_split(CASE WHEN regexp_matches("a", '^[A-Z][a-z]+(?:[ -][A-Z][a-z]*)*$') AND NOT regexp_matches("a", '^(?:(?:[Cc][Oo][Uu][Nn][Cc][Ii][Ll][Ll][Oo][Rr]|[Pp][Rr][Oo][Ff][Ee][Ss][Ss][Oo][Rr]|[Rr][Ee][Vv][Ee][Rr][Ee][Nn][Dd]|[Mm][Aa][Ss][Tt][Ee][Rr]|[Mm][Aa][Dd][Aa][Mm]|[Mm][Ii][Ss][Ss]|[Pp][Rr][Oo][Ff]|[Ll][Aa][Dd][Yy]|[Ll][Oo][Rr][Dd]|[Dd][Aa][Mm][Ee]|[Cc][Ll][Ll][Rr]|[Mm][Rr][Ss]|[Rr][Ee][Vv]|[Ss][Ii][Rr]|[Mm][Rr]|[Mm][Ss]|[Mm][Xx]|[Dd][Rr])[.]? (?:(?:&|[Aa][Nn][Dd]) )?)+') THEN "a" ELSE regexp_replace(regexp_replace(list_transform([CASE WHEN regexp_matches("a", '[A-Za-zÀ-ヿ一-龥]') THEN CASE WHEN regexp_matches("a", '[^ -~]|  |^ | $') THEN trim(regexp_replace("a", '[	
              ​‌‍    ⁠　﻿]+', ' ', 'g')) ELSE "a" END END], lambda n: CASE WHEN contains(n, ',') THEN concat_ws(' ', nullif(trim(split_part(n, ',', 3)), ''), nullif(trim(split_part(n, ',', 2)), ''), nullif(trim(split_part(n, ',', 1)), '')) ELSE n END)[1], '^(?:(?:[Cc][Oo][Uu][Nn][Cc][Ii][Ll][Ll][Oo][Rr]|[Pp][Rr][Oo][Ff][Ee][Ss][Ss][Oo][Rr]|[Rr][Ee][Vv][Ee][Rr][Ee][Nn][Dd]|[Mm][Aa][Ss][Tt][Ee][Rr]|[Mm][Aa][Dd][Aa][Mm]|[Mm][Ii][Ss][Ss]|[Pp][Rr][Oo][Ff]|[Ll][Aa][Dd][Yy]|[Ll][Oo][Rr][Dd]|[Dd][Aa][Mm][Ee]|[Cc][Ll][Ll][Rr]|[Mm][Rr][Ss]|[Rr][Ee][Vv]|[Ss][Ii][Rr]|[Mm][Rr]|[Mm][Ss]|[Mm][Xx]|[Dd][Rr])[.]? (?:(?:&|[Aa][Nn][Dd]) )?)+', '', 'g'), '([ -]|[OoDd]'')', '\1', 'g') END, chr(31)), lambda w: CASE WHEN NOT (w = upper(w) OR w = lower(w)) THEN w WHEN left(lower(w), 2) = 'mc' AND length(w) > 4 THEN 'Mc' || upper(substring(w, 3, 1)) || lower(substring(w, 4)) ELSE upper(left(w, 1)) || lower(substring(w, 2)) END), '')], lambda r: nullif(r, ''))[1];
-- unreadable
CASE WHEN list_transform([array_to_string(list_transform(string_split(CASE WHEN regexp_matches("a", '^[A-Z][a-z]+(?:[ -][A-Z][a-z]*)*$') AND NOT regexp_matches("a", '^(?:(?:[Cc][Oo][Uu][Nn][Cc][Ii][Ll][Ll][Oo][Rr]|[Pp][Rr][Oo][Ff][Ee][Ss][Ss][Oo][Rr]|[Rr][Ee][Vv][Ee][Rr][Ee][Nn][Dd]|[Mm][Aa][Ss][Tt][Ee][Rr]|[Mm][Aa][Dd][Aa][Mm]|[Mm][Ii][Ss][Ss]|[Pp][Rr][Oo][Ff]|[Ll][Aa][Dd][Yy]|[Ll][Oo][Rr][Dd]|[Dd][Aa][Mm][Ee]|[Cc][Ll][Ll][Rr]|[Mm][Rr][Ss]|[Rr][Ee][Vv]|[Ss][Ii][Rr]|[Mm][Rr]|[Mm][Ss]|[Mm][Xx]|[Dd][Rr])[.]? (?:(?:&|[Aa][Nn][Dd]) )?)+') THEN "a" ELSE regexp_replace(regexp_replace(list_transform([CASE WHEN regexp_matches("a", '[A-Za-zÀ-ヿ一-龥]') THEN CASE WHEN regexp_matches("a", '[^ -~]|  |^ | $') THEN trim(regexp_replace("a", '[	
              ​‌‍    ⁠　﻿]+', ' ', 'g')) ELSE "a" END END], lambda n: CASE WHEN contains(n, ',') THEN concat_ws(' ', nullif(trim(split_part(n, ',', 3)), ''), nullif(trim(split_part(n, ',', 2)), ''), nullif(trim(split_part(n, ',', 1)), '')) ELSE n END)[1], '^(?:(?:[Cc][Oo][Uu][Nn][Cc][Ii][Ll][Ll][Oo][Rr]|[Pp][Rr][Oo][Ff][Ee][Ss][Ss][Oo][Rr]|[Rr][Ee][Vv][Ee][Rr][Ee][Nn][Dd]|[Mm][Aa][Ss][Tt][Ee][Rr]|[Mm][Aa][Dd][Aa][Mm]|[Mm][Ii][Ss][Ss]|[Pp][Rr][Oo][Ff]|[Ll][Aa][Dd][Yy]|[Ll][Oo][Rr][Dd]|[Dd][Aa][Mm][Ee]|[Cc][Ll][Ll][Rr]|[Mm][Rr][Ss]|[Rr][Ee][Vv]|[Ss][Ii][Rr]|[Mm][Rr]|[Mm][Ss]|[Mm][Xx]|[Dd][Rr])[.]? (?:(?:&|[Aa][Nn][Dd]) )?)+', '', 'g'), '([ -]|[OoDd]'')', '\1', 'g') END, chr(31)), lambda w: CASE WHEN NOT (w = upper(w) OR w = lower(w)) THEN w WHEN left(lower(w), 2) = 'mc' AND length(w) > 4 THEN 'Mc' || upper(substring(w, 3, 1)) || lower(substring(w, 4)) ELSE upper(left(w, 1)) || lower(substring(w, 2)) END), '')], lambda r: nullif(r, ''))[1] IS NULL THEN (coalesce(regexp_matches("a", '[^	
              ​‌‍    ⁠　﻿]'), FALSE)) ELSE FALSE END;
-- phone(a) → string
CASE WHEN regexp_matches("a", '^0[1-35789][0-9]{2,8}(?: [0-9]{2,8}){0,2}$') AND length(replace("a", ' ', '')) BETWEEN 10 AND 11 THEN '+44' || substring(replace("a", ' ', ''), 2) WHEN "a" IS NOT NULL THEN CASE WHEN regexp_matches(regexp_replace(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END, '[(]0[)]|[	
              ​‌‍    ⁠　﻿().-]+', '', 'g'), '^(?:[+]44|0044|0)0?([1-35789][0-9]{8,9})$') THEN '+44' || regexp_extract(regexp_replace(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END, '[(]0[)]|[	
              ​‌‍    ⁠　﻿().-]+', '', 'g'), '^(?:[+]44|0044|0)0?([1-35789][0-9]{8,9})$', 1) WHEN regexp_matches(regexp_replace(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END, '[(]0[)]|[	
              ​‌‍    ⁠　﻿().-]+', '', 'g'), '^(?:[+]|00)((?:[1-35-9][0-9]|4[0-35-9])[0-9]{6,13})$') THEN '+' || regexp_extract(regexp_replace(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END, '[(]0[)]|[	
              ​‌‍    ⁠　﻿().-]+', '', 'g'), '^(?:[+]|00)((?:[1-35-9][0-9]|4[0-35-9])[0-9]{6,13})$', 1) END END;
-- unreadable
CASE WHEN CASE WHEN regexp_matches("a", '^0[1-35789][0-9]{2,8}(?: [0-9]{2,8}){0,2}$') AND length(replace("a", ' ', '')) BETWEEN 10 AND 11 THEN '+44' || substring(replace("a", ' ', ''), 2) WHEN "a" IS NOT NULL THEN CASE WHEN regexp_matches(regexp_replace(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END, '[(]0[)]|[	
              ​‌‍    ⁠　﻿().-]+', '', 'g'), '^(?:[+]44|0044|0)0?([1-35789][0-9]{8,9})$') THEN '+44' || regexp_extract(regexp_replace(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END, '[(]0[)]|[	
              ​‌‍    ⁠　﻿().-]+', '', 'g'), '^(?:[+]44|0044|0)0?([1-35789][0-9]{8,9})$', 1) WHEN regexp_matches(regexp_replace(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END, '[(]0[)]|[	
              ​‌‍    ⁠　﻿().-]+', '', 'g'), '^(?:[+]|00)((?:[1-35-9][0-9]|4[0-35-9])[0-9]{6,13})$') THEN '+' || regexp_extract(regexp_replace(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END, '[(]0[)]|[	
              ​‌‍    ⁠　﻿().-]+', '', 'g'), '^(?:[+]|00)((?:[1-35-9][0-9]|4[0-35-9])[0-9]{6,13})$', 1) END END IS NULL THEN (coalesce(regexp_matches("a", '[^	
              ​‌‍    ⁠　﻿]'), FALSE)) ELSE FALSE END;
-- email(a) → string
CASE WHEN contains("a", '@') AND NOT regexp_matches("a", '[.][.]|^[	
              ​‌‍    ⁠　﻿]*[.]|[.]@') THEN list_transform([regexp_extract(lower(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END), '^[a-z0-9.!#$%&*+/=?^_`{|}~''-]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:[.][a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*[.][a-z]{2,}$', 0)], lambda m: nullif(m, ''))[1] END;
-- unreadable
CASE WHEN CASE WHEN contains("a", '@') AND NOT regexp_matches("a", '[.][.]|^[	
              ​‌‍    ⁠　﻿]*[.]|[.]@') THEN list_transform([regexp_extract(lower(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END), '^[a-z0-9.!#$%&*+/=?^_`{|}~''-]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:[.][a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*[.][a-z]{2,}$', 0)], lambda m: nullif(m, ''))[1] END IS NULL THEN (coalesce(regexp_matches("a", '[^	
              ​‌‍    ⁠　﻿]'), FALSE)) ELSE FALSE END;
-- geometry(a) → geometry
CAST(ST_AsWKB(CASE WHEN starts_with(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END, '{') THEN TRY(ST_GeomFromGeoJSON(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END)) ELSE TRY(ST_GeomFromText(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END)) END) AS BLOB);
-- unreadable
CASE WHEN CAST(ST_AsWKB(CASE WHEN starts_with(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END, '{') THEN TRY(ST_GeomFromGeoJSON(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END)) ELSE TRY(ST_GeomFromText(CASE WHEN regexp_matches("a", '^[	
              ​‌‍    ⁠　﻿]|[	
              ​‌‍    ⁠　﻿]$') THEN trim("a", '	
              ​‌‍    ⁠　﻿') ELSE "a" END)) END) AS BLOB) IS NULL THEN (coalesce(regexp_matches("a", '[^	
              ​‌‍    ⁠　﻿]'), FALSE)) ELSE FALSE END;
