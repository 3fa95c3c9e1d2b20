"""How good who-and-where is, on sets with a known truth, beside what plain Splink and plain uk_address_matcher make of them."""
