"""Lifting of anonymity: asked for at a console, decided by a magistrate, handed over once (O7)."""
