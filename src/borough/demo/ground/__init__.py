"""The ground: wards, small areas, streets, and everything that stands on them."""
