"""What servers share: where they listen, who calls, how often, and the headers of every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi.telemetry import TelemetryConfig

NO_TELEMETRY: TelemetryConfig = {"auto_configure": False, "tracing": False, "metrics": False, "logs": False}
"""For FastAPI, whose own spans and counts would be sent wherever the environment says; ours are in qa/tracing.py."""
