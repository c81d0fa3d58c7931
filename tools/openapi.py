"""Write spec/openapi.json from the wire types and the gateway's routes.

python tools/openapi.py
"""

from pathlib import Path

from dragoman.gateway.openapi import document

TARGET = Path(__file__).parent.parent / "spec" / "openapi.json"

TARGET.write_bytes(document() + b"\n")
