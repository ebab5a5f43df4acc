"""The real server with the real encoder, whose callers all count as the operator: for tests of what it does.

Run as `python -m tests.operator_server`; settings are environment variables as for `passgenau serve`.
"""

from app.console import read_settings
from app.serving import serve
from tests.apps import open_app

if __name__ == "__main__":
    serve(read_settings(), "127.0.0.1", 0, build=open_app)
