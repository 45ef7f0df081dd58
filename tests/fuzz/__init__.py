"""Hostile input for every parser: made from the contracts' own schemas, then spoilt; the same for the same seed."""
