"""What Havre is measured against. Each server takes a port, its side (``a`` or ``b``) and its broker's address.

A client's name is its place: client ``7`` of side ``a`` talks with client ``7`` of side ``b``. Nothing is stored.
"""
