"""What is known of a person: the columns of a record, as its dataset says it, and of a node, as cleaning leaves it."""

from __future__ import annotations

RECORD_COLUMNS = (
    ("signature", "long"),  # 63 bits of md5 over what the record says
    ("scope", "string"),  # DATASET.ROLE, or the name of a numbering: where `reference` is a number of its own
    ("name", "string"),  # the whole name, in any order and style
    ("title", "string"),
    ("first_name", "string"),
    ("middle_name", "string"),
    ("surname", "string"),
    ("former_surname", "string"),
    ("date_of_birth", "date"),
    ("sex", "string"),
    ("nino", "string"),
    ("nhs_number", "string"),
    ("email", "string"),
    ("phone", "string"),
    ("reference", "string"),  # the source's own number for the person
    ("property", "long"),  # the UPRN that the record's address was matched to
    ("postcode", "string"),
    ("company_number", "string"),
    ("deceased", "boolean"),
    ("adult", "boolean"),  # does the record show that the person was grown up?
)
"""What ``clean`` reads. Where a relation lacks one, it is null."""

NODE_COLUMNS = (
    ("kind", "string"),  # person | organisation | nobody
    ("first", "string"),  # first forename or initial: capitals, no accents. All names may have ? for a letter that was lost
    ("others", "string"),  # other forenames and initials, joined by a blank
    ("surname", "string"),  # double-barrelled: joined by a blank
    ("former", "string"),  # former surname
    ("nickname", "string"),  # what stood in brackets or quotes, or after "known as"
    ("initial", "string"),  # of first
    ("first_only_initial", "boolean"),
    ("first_lossy", "string"),  # LIKE pattern where letters of first were lost (PAWE_), else null
    ("surname_lossy", "string"),
    ("root", "string"),  # first, or what it is a short form or another spelling of
    ("tokens", "string"),  # all words of the name (not the former or nickname), sorted, joined by a blank
    ("sound", "string"),  # phonetic key of the surname
    ("sound_first", "string"),  # of first; null for an initial
    ("dob", "date"),
    ("dob_doubtful", "boolean"),  # a default date, or impossible
    ("nino", "string"),  # two letters and six digits
    ("nino_suffix", "string"),
    ("nhs", "string"),  # ten digits
    ("email", "string"),
    ("email_role", "boolean"),  # info@, office@ …: not a person's own
    ("phone", "string"),  # + and digits
    ("reference", "string"),  # SCOPE:NUMBER
    ("property", "long"),
    ("postcode", "string"),
    ("sex", "string"),  # m | f
    ("deceased", "boolean"),
    ("adult", "boolean"),
    ("joint", "boolean"),  # the record names two people: this is the first
    ("cut", "boolean"),  # the name was longer than 120 characters
    ("organisation", "string"),  # normalised name, where kind is organisation
    ("trading_as", "string"),
    ("company_number", "string"),  # eight characters
    ("digest", "long"),  # 63 bits of md5 over the values: equal digests are one node
)
"""What ``clean`` makes beside ``signature``; the extra columns that it was asked for follow."""
