"""The ward boundaries: two vintages of GeoJSON, one polygon of which is invalid."""

from __future__ import annotations

import json
from typing import Any

from tests.small_council.calendar import NEW_WARDS
from tests.small_council.faults import Yard
from tests.small_council.town import OLD_FROM, OLD_WARDS, WARDS, Ward


def _feature(ward: Ward, *, spike: bool) -> dict[str, Any]:
    ring = [[ward.west, ward.south], [ward.east, ward.south], [ward.east, ward.north], [ward.west, ward.north], [ward.west, ward.south]]
    if spike:
        # Out to sea and back along the same line: drawn by hand, and invalid.
        ring[2:2] = [[round(ward.east + 0.02, 6), ward.south], [ward.east, ward.south]]
    return {
        "type": "Feature",
        "properties": {
            "ward_code": ward.code,
            "ward_name": ward.name,
            "valid_from": f"{ward.valid_from}",
            "valid_to": f"{ward.valid_to}" if ward.valid_to else None,
        },
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def make(yard: Yard) -> None:
    """Write both vintages."""
    for since, wards in ((OLD_FROM, OLD_WARDS), (NEW_WARDS, WARDS)):
        file = f"data/boundaries/wards_{since}.geojson"
        features = [_feature(ward, spike=ward.code == "N05000003" and ward.valid_to is not None) for ward in wards]
        document = {"type": "FeatureCollection", "features": features}
        yard.write(file, json.dumps(document, indent=1).encode(), len(features))
    yard.fault("invalid polygon", f"data/boundaries/wards_{OLD_FROM}.geojson", "N05000003", "mended")
    yard.current["ward"] = len(OLD_WARDS) + len(WARDS)
