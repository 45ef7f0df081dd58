"""What can keep the system from starting, as one sentence that says what to do."""


class LaunchFailed(Exception):
    """The system cannot start, or a part of it cannot; the message is for the person at the terminal."""
