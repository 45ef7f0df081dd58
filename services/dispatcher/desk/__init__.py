"""The operator's desk: what is on it (`content/`, files to edit), reading it, and handing it to the console."""
