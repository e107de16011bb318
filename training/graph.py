"""A trained network to an ONNX graph, and the graph to 8 bits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn

AXES = {0: "batch", 1: "length"}
CALIBRATION = 300
"""Batches that the scales of the 8 bits are fitted on, at most."""


def export(model: nn.Module, path: Path, inputs: Sequence[str], outputs: Mapping[str, dict[int, str]]) -> None:
    """Write `model` as ONNX with a free batch size and length.

    Args:
        model: Takes (batch, length) int64 tensors.
        path: The file to write.
        inputs: Their names.
        outputs: The names of what it gives, each with its free axes.
    """
    example = tuple(torch.randint(1, 2, (2, 16)) for _ in inputs)
    torch.onnx.export(
        model,
        example,
        str(path),
        input_names=list(inputs),
        output_names=list(outputs),
        dynamic_axes={**dict.fromkeys(inputs, AXES), **outputs},
        opset_version=17,
        dynamo=False,
    )


def quantise(source: Path, target: Path, batches: Iterable[dict[str, np.ndarray]]) -> None:
    """Write the graph at `source` with 8-bit weights and activations, as QDQ nodes that any ONNX runtime reads."""
    import nncf
    import onnx

    quantised = nncf.quantize(
        onnx.load(str(source)),
        nncf.Dataset(list(batches)),
        model_type=nncf.ModelType.TRANSFORMER,
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=CALIBRATION,
    )
    onnx.save(quantised, str(target))
