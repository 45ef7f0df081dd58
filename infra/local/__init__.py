"""Havre on one machine without Docker: real NATS, real Valkey, the five services, demo staff. ``make run``."""
