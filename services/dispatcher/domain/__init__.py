"""The dispatcher's rules, pure: who is served next, by whom, who is there, what can honestly be promised.

``dispatch`` puts them together as a whole in memory. The store's script decides the same; a test holds the two
against each other, step by step.
"""
