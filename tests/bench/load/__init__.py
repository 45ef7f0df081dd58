"""Load generators: processes of their own, in the bench's own environment, on picows and uvloop."""
