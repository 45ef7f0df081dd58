"""Help near me: a page that needs no JavaScript and no chat (V12, V15, R1)."""
