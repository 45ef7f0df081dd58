"""The rules of signalement, pure: no clock, no chance, nothing that reads or writes."""
