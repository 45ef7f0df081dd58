"""What staff do is written down, without content: writing it, and reading it back."""
