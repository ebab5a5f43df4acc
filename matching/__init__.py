"""Ranking library: texts in, ordered and explained pairs out.

Pure: plain values and arrays go in and come out. Nothing here knows a database, the web or settings.
"""
