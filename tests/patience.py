"""How long a test waits for what must happen."""

PATIENCE_S = 40.0
"""Only a test that fails waits so long: a busy machine may stand still for several seconds."""
