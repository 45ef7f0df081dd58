"""Container images and what the composed stack needs."""
