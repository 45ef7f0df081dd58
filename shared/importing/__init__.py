"""Importing official files: streamed, row by row accounted for, all or nothing."""
