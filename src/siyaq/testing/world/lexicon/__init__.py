"""Invented names of the world, each as English and as Arabic write it.

Owns: towns, districts, people, teams, companies, newspapers, everyday things.
Refuses: anything real. None of these towns, families, teams, firms or papers is meant to exist.
"""
