"""What Havre is built from: every package pinned and hashed, listed, and asked after."""
