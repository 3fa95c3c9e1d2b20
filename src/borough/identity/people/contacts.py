"""Numbers and addresses of people in one style, as SQL; null where they can't be what they should be, or are nobody's."""

from __future__ import annotations

_ROLES = "info|admin|administration|office|enquiries|enquiry|contact|contactus|hello|mail|email|sales|accounts|accountspayable|lettings|reception|support|help|helpdesk|team|manager|management|post|general|customerservices?|noreply|donotreply|no-reply|webmaster|council|counciltax"
_NO_MAIL = "none|na|n/a|no|noemail|no-email|nomail|unknown|test|tbc|x+|abc|notknown|notprovided|noreply|no-reply|donotreply"


def nino(x: str) -> str:
    """A National Insurance number without its suffix letter: AB123456. Temporary and administrative ones (TN, ZZ …) are nobody's."""
    c = f"upper(regexp_replace({x}, '[^0-9A-Za-z]', '', 'g'))"
    digits = f"translate(substring({c}, 3, 6), 'OIL', '011')"
    made = f"(left({c}, 2) || {digits})"
    fair = rf"regexp_full_match({made}, '[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{{6}}') AND NOT regexp_matches({made}, '^(?:BG|GB|NK|KN|TN|NT|ZZ)|000000|111111|999999|^AA123456|^AB123456')"
    return f"CASE WHEN {x} IS NOT NULL AND length({c}) BETWEEN 8 AND 9 AND {fair} THEN {made} END"


def nino_suffix(x: str) -> str:
    """The suffix letter of a National Insurance number, A to D."""
    return f"nullif(regexp_extract(upper({x}), '[0-9OIL][^0-9A-Z]*([A-D])[^0-9A-Z]*$', 1), '')"


def nhs_number(x: str) -> str:
    """Ten digits."""
    c = f"regexp_replace({x}, '[^0-9]', '', 'g')"
    return f"CASE WHEN length({c}) = 10 AND NOT regexp_matches({c}, '^(?:0+|1+|2+|3+|4+|5+|6+|7+|8+|9+)$') AND {c} <> '1234567890' THEN {c} END"


def email(x: str) -> str:
    """Lower case, without what follows a plus; googlemail is gmail. Invented ones (none@, test@) are nobody's."""
    c = f"lower(regexp_replace({x}, '\\s|^mailto:', '', 'g'))"
    c = f"replace(regexp_replace({c}, '^([^@+]+)[+][^@]*@', '\\1@'), '@googlemail.com', '@gmail.com')"
    return f"CASE WHEN contains({x}, '@') AND regexp_full_match({c}, '[^@,;<>]+@[^@,;<>]+[.][^@.,;<>]+') AND NOT regexp_matches({c}, '^(?:{_NO_MAIL})@|@(?:none|test|example|unknown|noemail)[.]') THEN {c} END"


def is_role(x: str) -> str:
    """Is it the address of an office, not of a person?"""
    return f"regexp_matches({x}, '^(?:{_ROLES})@')"


def phone(x: str) -> str:
    """A + and digits; a number without a country is British. The first of several; repeated digits are nobody's."""
    one = f"regexp_extract({x}, '[+]?[0-9(][0-9() .-]{{7,}}[0-9]')"
    c = f"regexp_replace(replace({one}, '(0)', ''), '[^0-9+]', '', 'g')"
    for found, put in (("^00", "+"), ("^0", "+44"), ("^44([127389][0-9]{8,9})$", r"+44\1"), ("^([127][0-9]{9})$", r"+44\1"), ("^[+]440", "+44"), ("^([1-9])", r"+\1")):
        c = f"regexp_replace({c}, '{found}', '{put}')"
    fair = rf"regexp_full_match({c}, '[+][1-9][0-9]{{7,14}}') AND NOT regexp_matches({c}, '(?:0{{8}}|1{{8}}|2{{8}}|3{{8}}|4{{8}}|5{{8}}|6{{8}}|7{{8}}|8{{8}}|9{{8}}|123456789)')"
    return f"CASE WHEN {x} IS NOT NULL AND {fair} THEN {c} END"


def postcode(x: str) -> str:
    """As Royal Mail writes it; null for what is none and for ZZ99, the postcodes of no abode."""
    c = f"upper(regexp_replace({x}, '[^0-9A-Za-z]', '', 'g'))"
    return f"CASE WHEN regexp_full_match({c}, '[A-Z]{{1,2}}[0-9][0-9A-Z]?[0-9][A-Z]{{2}}') AND NOT starts_with({c}, 'ZZ99') THEN left({c}, length({c}) - 3) || ' ' || right({c}, 3) END"


def sex(x: str) -> str:
    """Gives m or f, from 1 and 2 (the NHS data dictionary's codes) or words."""
    c = f"upper(trim({x}))"
    return f"CASE WHEN {c} IN ('1', 'M', 'MALE', 'MAN', 'BOY', 'MR') THEN 'm' WHEN {c} IN ('2', 'F', 'FEMALE', 'WOMAN', 'GIRL', 'MRS', 'MISS', 'MS') THEN 'f' END"


def company_number(x: str) -> str:
    """Eight characters, as Companies House has it: 01234567, SC012345."""
    c = f"upper(regexp_replace({x}, '[^0-9A-Za-z]', '', 'g'))"
    made = f"CASE WHEN regexp_full_match({c}, '[0-9]{{1,8}}') THEN lpad({c}, 8, '0') WHEN regexp_full_match({c}, '[A-Z]{{2}}[0-9]{{1,6}}') THEN left({c}, 2) || lpad(substring({c}, 3), 6, '0') END"
    return f"nullif({made}, '00000000')"
