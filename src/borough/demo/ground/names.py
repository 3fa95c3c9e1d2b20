"""Names of places. All invented: sea and marsh words, and compounds that sound English."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

Names = npt.NDArray[np.str_]

WORDS = (
    "Heron", "Plover", "Curlew", "Avocet", "Bittern", "Dunlin", "Gannet", "Fulmar", "Kestrel", "Lapwing", "Osprey", "Petrel", "Redshank", "Sandpiper", "Tern", "Turnstone",
    "Wigeon", "Teal", "Pintail", "Shelduck", "Goldeneye", "Kittiwake", "Razorbill", "Skua", "Whimbrel", "Ruff", "Godwit", "Knot", "Merlin", "Harrier", "Linnet", "Pipit",
    "Alder", "Ash", "Aspen", "Beech", "Birch", "Blackthorn", "Bramble", "Cedar", "Chestnut", "Elder", "Elm", "Hawthorn", "Hazel", "Holly", "Hornbeam", "Juniper", "Larch", "Laurel",
    "Linden", "Maple", "Medlar", "Mulberry", "Oak", "Osier", "Pine", "Poplar", "Quince", "Rowan", "Sallow", "Spindle", "Sycamore", "Tamarisk", "Walnut", "Willow", "Yew",
    "Marram", "Samphire", "Thrift", "Sorrel", "Teasel", "Tansy", "Yarrow", "Vetch", "Campion", "Clover", "Comfrey", "Fescue", "Harebell", "Heather", "Ivy", "Lavender", "Lovage",
    "Anchor", "Beacon", "Capstan", "Compass", "Cutter", "Ferry", "Galleon", "Halyard", "Harbour", "Helm", "Jetty", "Keel", "Lantern", "Lighthouse", "Lugger", "Mariner", "Mast",
    "Pilot", "Quay", "Rigger", "Rudder", "Schooner", "Sextant", "Spinnaker", "Tiller", "Wherry", "Windlass", "Yawl", "Coble", "Bosun", "Netmaker", "Ropewalk", "Sailmaker", "Chandler",
    "Abbey", "Barn", "Bell", "Bishop", "Bridge", "Castle", "Chapel", "Church", "Cross", "Forge", "Grange", "Hermitage", "Manor", "Market", "Mill", "Minster", "Orchard", "Palace",
    "Paradise", "Park", "Priory", "Rectory", "Saxon", "Spring", "Station", "Temple", "Tower", "Vicarage", "Victory", "Warren", "Windmill", "Woolpack", "Albion", "Alma", "Clarence", "Coronation",
    "Gloucester", "Jubilee", "King", "Queen", "Regent", "Sovereign", "Trafalgar", "Union", "Empress", "Duchess", "Prince", "Princess", "Cardinal", "Chancellor", "Marshal", "Steward",
    "Adelina", "Bertram", "Cecily", "Cornelius", "Dorothea", "Edith", "Ferdinand", "Godfrey", "Harriet", "Isidore", "Jemima", "Kenelm", "Leopold", "Matilda", "Norbert", "Octavia",
    "Percival", "Rosamund", "Sylvester", "Theodore", "Ursula", "Walburga", "Wilfred", "Winifred", "Pemberly", "Thackwell", "Ormsgrave", "Hollister", "Cavendale", "Mortlow", "Fanshaw", "Tredwell",
)  # fmt: skip
FIRST_HALVES = (
    "Alder", "Amber", "Barn", "Beck", "Brack", "Bram", "Broad", "Burn", "Carn", "Chal", "Clay", "Cold", "Cran", "Crow", "Dun", "East", "Ebb", "Fal", "Fen", "Fern", "Glen", "Gran",
    "Hal", "Har", "Hather", "Hazel", "High", "Hol", "Hurst", "Kel", "Kings", "Lang", "Lark", "Long", "Lyn", "Mal", "Mar", "Mel", "Mere", "Mil", "Nor", "Oaken", "Old", "Ox", "Pen",
    "Pol", "Rad", "Raven", "Red", "Rook", "Rush", "Sal", "Sand", "Sel", "Shel", "South", "Stan", "Sten", "Storm", "Sut", "Tarn", "Thorn", "Tide", "Tor", "Wal", "Wester", "Whin", "Wic", "Win", "Wool", "Wyn", "Yar",
)  # fmt: skip
SECOND_HALVES = ("bourne", "combe", "croft", "dale", "den", "field", "ford", "ham", "hurst", "leigh", "mere", "minster", "more", "ness", "ridge", "stead", "stoke", "thorpe", "wick", "worth")

LONG_TYPES = ("Road", "Road", "Road", "Road", "Street", "Street", "Street", "Avenue", "Avenue", "Lane", "Way", "Drive", "Grove", "Hill")
SHORT_TYPES = ("Close", "Close", "Gardens", "Gardens", "Mews", "Walk", "Place", "Court", "Crescent", "Terrace", "Row", "Yard", "Rise", "View", "Square", "Villas")
HIGH_TYPES = ("High Road", "Broadway", "Parade", "High Street", "Road", "Street", "Hill", "Market")
BUILDING_TYPES = ("House", "House", "House", "Court", "Court", "Lodge", "Point", "Tower", "Heights", "Mansions", "Apartments", "Wharf", "Works", "Place")
WARD_FORMS = ("{}", "{} Green", "{} Hill", "{} Park", "{} End", "{} & Marsh", "{} Street", "{} Bridge", "{} Central", "Upper {}", "Lower {}", "{} Forest")
SHOPS = (
    "Bakery", "Barbers", "Butchers", "Cafe", "Carpets", "Chicken", "Convenience Store", "Dry Cleaners", "Express", "Fish Bar", "Florist", "Food & Wine", "Fruiterers", "Furniture",
    "Grill", "Hair & Beauty", "Hardware", "Kebab House", "Launderette", "Mini Market", "Mobiles", "Nails", "News", "Off Licence", "Opticians", "Pharmacy", "Pizza", "Supermarket", "Tailoring", "Tyres",
)  # fmt: skip
OFFICES = ("Accountants", "Consulting", "Dental Practice", "Design", "Employment Agency", "Estates", "Insurance", "Joinery", "Legal", "Logistics", "Motors", "Print", "Security", "Solicitors", "Surgery", "Travel")
HALLS = ("Baptist Church", "Community Centre", "Community Hall", "Gospel Hall", "Islamic Centre", "Methodist Church", "Scout Hall", "Social Club", "Temple", "Youth Centre")
LANDS = ("Allotments", "Car Park", "Garages", "Open Space", "Playground", "Recreation Ground", "Substation")
SCHOOLS = ("Primary School", "Primary School", "Primary School", "Infant School", "Junior School", "Nursery School", "Academy", "High School")


@cache
def bases() -> list[str]:
    """All the words that streets and buildings are called after, the compounds too: each once."""
    compounds = [first + second for first in FIRST_HALVES for second in SECOND_HALVES if not first.endswith(second[0])]
    return list(dict.fromkeys([*WORDS, *compounds]))


def drawn(count: int, chance: np.random.Generator) -> Names:
    """Words to call things after: plain ones and compounds in halves."""
    plain, compounds = np.array(WORDS), np.array(bases()[len(WORDS) :])
    which = chance.random(count)
    return np.where(which < 0.5, plain[chance.integers(0, len(plain), count)], compounds[chance.integers(0, len(compounds), count)])


def ward_names(seed_order: np.random.Generator) -> list[str]:
    """Enough names for the wards, old and new, of 33 districts, in an order of chance."""
    plain = [base for base in bases() if len(base) <= 10]
    order = seed_order.permutation(len(plain))
    forms = seed_order.choice(len(WARD_FORMS), len(plain), p=_falling(len(WARD_FORMS)))
    return [WARD_FORMS[form].format(plain[n]) for n, form in zip(order, forms, strict=True)]


def _falling(count: int) -> list[float]:
    weights = 1 / np.arange(1, count + 1)
    shares: list[float] = (weights / weights.sum()).tolist()
    return shares


def street_names(types: list[str], chance: np.random.Generator) -> list[str]:
    """A name for each street, with a type word that suits it (``long``, ``short``, ``high`` or ``estate``), each once in the district."""
    # Words are given to several streets: Heron Road, Heron Close and Heron Gardens.
    words = {"long": LONG_TYPES, "short": SHORT_TYPES, "high": HIGH_TYPES, "estate": ("Estate",)}
    taken: set[str] = set()
    names = []
    for kind in types:
        while True:
            base = str(drawn(1, chance)[0])
            name = f"{base} {words[kind][int(chance.integers(len(words[kind])))]}"
            if name not in taken:
                break
        taken.add(name)
        names.append(name)
    return names
