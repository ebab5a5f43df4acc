"""The Passgenau web service: stores challenges and profiles, asks `matching` for rankings, answers over HTTP."""

from importlib.metadata import version

import matching as _matching  # noqa: F401  its settings for NumPy come before NumPy

__version__ = version("passgenau")
