"""Importing official directories: stations of both forces, the DILA's local directory, associations of one's own."""
