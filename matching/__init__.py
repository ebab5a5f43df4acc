"""Ranking library: texts in, ordered and explained pairs out.

Pure: plain values and arrays go in and come out. Nothing here knows a database, the web or settings.
"""

import os

# OpenBLAS lets its threads spin for tens of milliseconds after a product (2**26 cycles), in case another follows. Here
# the encoder follows, whose threads then get half of each core: it took twice as long. Read when NumPy is loaded.
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")
