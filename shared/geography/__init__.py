"""Where France is: its communes, postal codes, points and islands. Pure look-ups over one shipped table."""
