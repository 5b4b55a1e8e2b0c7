"""People sign in to the page, and out.

Owns: the cookie of a session, and what is asked of whoever wants one. Refuses: knowing what a
person may do; that is their key's affair (`siyaq.access`).
"""
