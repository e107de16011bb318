"""Model files, verified, and the engine that runs them."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.errors import ModelError

DATA = Path(__file__).parent / "data"
CHECKSUMS = "checksums.json"


@cache
def engine(data: Path, name: str, threads: int) -> Engine:
    """The model `name` of the folder `data`, one for the whole process, to be run by `threads` threads.

    Args:
        data: Where the models and their checksums are.
        name: The model's file.
        threads: 0 lets OpenVINO choose.
    """
    return Engine(data, name, threads)


class Engine:
    """A model, run by OpenVINO. Cheap to make; loads on first use; safe for several threads."""

    def __init__(self, data: Path, name: str, threads: int) -> None:
        """As `engine` says, which is what makes them."""
        self._path, self._threads = (data, name), threads
        self._loading, self._local = threading.Lock(), threading.local()

    def load(self) -> None:
        """Load the model now. Raises: as `infer`."""
        with self._loading:
            self._compiled  # noqa: B018 - it is made once

    def infer(self, **inputs: NDArray[np.int64]) -> list[NDArray[np.float32]]:
        """The model's outputs in their order, for inputs by name; each thread has an inference request of its own.

        Raises:
            ModelError: The model file is missing or was altered.
        """
        if not hasattr(self._local, "request"):
            with self._loading:
                self._local.request = self._compiled.create_infer_request()
        outputs = self._local.request.infer(inputs)
        return [np.array(outputs[place], dtype=np.float32) for place in range(len(outputs))]

    @cached_property
    def _compiled(self) -> Any:  # noqa: ANN401 - OpenVINO's types are its own business
        return _loaded(verified(*self._path), self._threads)


def _loaded(path: Path, threads: int) -> Any:  # noqa: ANN401
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


CONVERTER = "openvino.tools.ovc"
"""What openvino imports, and does without where it is not there: 0.2 s of each start."""


def quiet_openvino() -> Any:  # noqa: ANN401
    """The module openvino, imported so that it does not call home, and without its converter of models."""
    # Importing it sends an event to Google Analytics where this package is found; without it, it uses a stub.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # None: cannot be imported
    sys.modules.setdefault(CONVERTER, None)  # type: ignore[arg-type]
    import openvino

    if sys.modules.get(CONVERTER, openvino) is None:
        sys.modules.pop(CONVERTER, None)  # whoever else wants it can have it
    return openvino


def load_tokenizer(data: Path, name: str) -> Any:  # noqa: ANN401
    """The tokenizer of the folder `data`.

    Raises:
        ModelError: Its file is missing or was altered.
    """
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(verified(data, name)))


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
