"""The store beside the rules: whatever is done is done to both, and both must say the same."""
