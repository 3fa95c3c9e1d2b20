"""The services: one module for each, writing what its systems hold, in their own words and layouts."""
