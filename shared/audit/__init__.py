"""What people do to the system is written down, without content: writing it, and the chains that keep it whole."""
