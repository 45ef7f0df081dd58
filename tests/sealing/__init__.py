"""The twin of ``shared/web/sealing``: what the pages do with keys, for tests, bench and clients that are no browser."""
