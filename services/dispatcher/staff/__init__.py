"""Who works here: accounts, passwords, sessions, limits on guessing."""
