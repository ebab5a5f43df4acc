"""The Passgenau web service: stores challenges and profiles, asks `matching` for rankings, answers over HTTP."""

from importlib.metadata import version

__version__ = version("passgenau")
