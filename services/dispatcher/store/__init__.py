"""The dispatcher's memory: queues, desks and decisions in Valkey, decided by one server-side script."""
