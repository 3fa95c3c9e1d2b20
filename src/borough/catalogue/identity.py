"""Who and where, as the lake has it: the tables that link addresses to properties, and records to people."""

from __future__ import annotations

from borough.catalogue.tables import Columns

ADDRESSES = "gold/identity/addresses"
SIGNATURES = "gold/identity/signatures"
NODES = "gold/identity/nodes"
PAIRS = "gold/identity/pairs"
CROSSWALK = "gold/identity/crosswalk"
LINKS = "gold/identity/links"
STATEMENTS = "gold/identity/statements"
MODELS = "gold/identity/models"
LANDLORDS = "gold/identity/landlords"
FREQUENCIES = "gold/identity/frequencies"
JUDGEMENTS = "system/judgements"
EVENTS = "system/identity_events"

ADDRESS_COLUMNS: Columns = (
    ("key", "long"),  # 63 bits of md5 over what was asked
    ("text", "string"),
    ("postcode", "string"),
    ("given", "long"),  # the UPRN that the source gave
    ("shell", "boolean"),  # may a building of several homes be the answer?
    ("uprn", "long"),
    ("method", "string"),
    ("score", "double"),  # estimated probability of being right
    ("runner_up", "long"),
    ("margin", "double"),
    ("reason", "string"),
    ("version", "string"),  # of the matcher
    ("run", "long"),
    ("recorded", "timestamp"),
)
SIGNATURE_COLUMNS: Columns = (
    ("signature", "long"),  # 63 bits of md5 over what a record says of a person
    ("node", "long"),  # the distinct cleaned record; null for nobody
    ("kind", "string"),  # person | organisation | nobody
    ("run", "long"),
)
STATEMENT_COLUMNS: Columns = (
    ("dataset", "string"),
    ("role", "string"),
    ("record", "string"),  # the key's columns, joined by |
    ("signature", "long"),  # of what the record says of the person, or said in an earlier version
    ("now", "boolean"),  # does it say so now? All that follows is null where it does not
    ("property", "long"),  # where they are found
    ("resident", "boolean"),  # does the record say that they lived there?
    ("landlord_of", "long"),
    ("from_day", "date"),
    ("to_day", "date"),
    ("lasting", "boolean"),  # does a record without an end go on?
    ("known", "timestamp"),
    ("special", "boolean"),
    ("deceased", "boolean"),
    ("name", "string"),  # as it is written there, like all that follows
    ("title", "string"),
    ("first_name", "string"),
    ("middle_name", "string"),
    ("surname", "string"),
    ("sex", "string"),
    ("nino", "string"),
    ("nhs_number", "string"),
    ("email", "string"),
    ("phone", "string"),
    ("date_of_birth", "date"),
)
LINK_COLUMNS: Columns = (("signature", "long"), ("node", "long"), ("kind", "string"), ("person", "long"))
CROSSWALK_COLUMNS: Columns = (
    ("node", "long"),
    ("person", "long"),  # null once no standing record says so any more
    ("op", "string"),  # insert | update | delete
    ("run", "long"),
    ("recorded", "timestamp"),
)
APPEARANCE_COLUMNS: Columns = (  # statements that stand now, with who and where
    ("dataset", "string"),
    ("role", "string"),
    ("record", "string"),  # the key's columns, joined by |
    ("node", "long"),
    ("kind", "string"),
    ("person", "long"),
    ("property", "long"),  # where they are found
    ("resident", "boolean"),  # does the record say that they lived there?
    ("landlord_of", "long"),
    ("from_day", "date"),
    ("to_day", "date"),
    ("known", "timestamp"),
    ("special", "boolean"),
    ("deceased", "boolean"),
)
PAIR_COLUMNS: Columns = (("l", "long"), ("r", "long"), ("weight", "double"), ("run", "long"))
MODEL_COLUMNS: Columns = (
    ("version", "long"),
    ("model", "string"),  # JSON: parameters, levels, blocking
    ("cause", "string"),  # shipped | declared | learnt | trained
    ("who", "string"),
    ("run", "long"),
    ("recorded", "timestamp"),
)
FREQUENCY_COLUMNS: Columns = (
    ("version", "long"),
    ("field", "string"),
    ("value", "string"),  # null: every value that has no row
    ("share", "double"),
)
JUDGEMENT_COLUMNS: Columns = (
    ("left_record", "string"),  # DATASET:KEY, or DATASET.ROLE:KEY
    ("right_record", "string"),
    ("judgement", "string"),  # same | different | unsure | withdrawn
    ("why", "string"),
    ("who", "string"),
    ("run", "long"),
    ("recorded", "timestamp"),
)
EVENT_COLUMNS: Columns = (
    ("event", "string"),  # made | merged | split | gone | returned | moved | stopped | capped
    ("entity", "string"),  # property | person | household | landlord
    ("id", "long"),
    ("other", "long"),  # the id that it was merged with, or split from
    ("count", "long"),  # records, or what the event counts
    ("note", "string"),
    ("run", "long"),
    ("recorded", "timestamp"),
)
