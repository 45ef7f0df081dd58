"""The bench: Havre's hot path beside its peers and beside the limit of the same parts. See ``docs/performance.md``."""
