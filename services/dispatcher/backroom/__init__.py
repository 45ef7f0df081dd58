"""What staff write among themselves, beside a conversation and in the rooms of a force; never for a visitor (O10)."""
