"""Model files, verified, and the engine that runs them."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from qa.errors import ModelError

DATA = Path(__file__).parent / "data"
CHECKSUMS = "checksums.json"


def load_model(path: Path, threads: int) -> Any:  # noqa: ANN401
    """The ONNX graph at `path`, compiled for this processor.

    Raises:
        ModelError: OpenVINO cannot load it.
    """
    openvino = quiet_openvino()
    settings: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY"}
    if threads:
        settings["INFERENCE_NUM_THREADS"] = threads
    try:
        return openvino.Core().compile_model(str(path), "CPU", settings)
    except RuntimeError as error:
        raise ModelError(f"OpenVINO cannot load {path.name} on this processor ({error}).") from None


def quiet_openvino() -> Any:  # noqa: ANN401
    """The module openvino, imported so that it does not call home."""
    # Importing it sends an event to Google Analytics where this package is found; without it, it uses a stub.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # None: cannot be imported
    import openvino

    return openvino


def checksums(data: Path) -> dict[str, str]:
    """File name to SHA-256 of every shipped model file.

    Raises:
        ModelError: The list is missing.
    """
    try:
        found: dict[str, str] = json.loads((data / CHECKSUMS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise ModelError(f"The list of model checksums in {data} cannot be read: install Dateline again.") from None
    return found


def verified(data: Path, name: str) -> Path:
    """The path of a model file whose checksum is the listed one.

    Raises:
        ModelError: It is missing or was altered.
    """
    path = data / name
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        raise ModelError(f"The model file {path} is missing: install Dateline again.") from None
    if digest != checksums(data).get(name):
        raise ModelError(f"The model file {path} was altered since it was shipped: install Dateline again.")
    return path
