"""The NATS server: who may say and hear what, and its configuration file."""
