"""A shipped reader's weights in 32 bits again, for a training that goes on from them.

`python -m training.reader.shipped --model reader.onnx --out reader.pt`. Each 8-bit weight is its steps times its scale;
the factors that the quantising moved from activations into weights (SmoothQuant, https://arxiv.org/abs/2211.10438) are
moved back.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeAlias

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

Array: TypeAlias = NDArray[np.float32]


def weights(path: Path) -> dict[str, torch.Tensor]:
    """The state of a `training.reader.train.Reader`, by the names of its parameters."""
    graph = onnx.load(str(path)).graph
    held = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    made = {node.output[0]: node for node in graph.node}
    found = {name: array for name, array in held.items() if name.endswith((".weight", ".bias"))}

    def whole(name: str) -> Array:
        """The weight that the output `name` of a DequantizeLinear node stands for."""
        node = made[name]
        steps, scale, zero = (held[one] for one in node.input)
        shape = [1] * steps.ndim
        if scale.size > 1:
            shape[next((one.i for one in node.attribute if one.name == "axis"), 1)] = -1
        return (steps.astype(np.float32) - zero.reshape(shape)) * scale.reshape(shape)

    def unsmoothed(matrix: Array, activation: str) -> Array:
        """(inputs, outputs), each row times what its activation was multiplied by before it was quantised."""
        while made[activation].op_type in ("DequantizeLinear", "QuantizeLinear"):
            activation = made[activation].input[0]
        factors = (held[name].reshape(-1, 1) for name in made[activation].input if "smooth_quant" in name)
        return matrix * next(factors, np.ones(1, np.float32))

    for node in graph.node:
        if node.op_type == "Gather" and node.input[0].startswith("dq_output_"):
            table = made[node.input[0]].input[0]
            found[table.removeprefix("q_output_").removesuffix("_1")] = whole(node.input[0])
        elif node.op_type == "Gemm":
            found["whole.weight"] = unsmoothed(whole(node.input[1]).T, node.input[0]).T
        elif node.op_type == "Add" and (bias := next((name for name in node.input if name in found), "")):
            product = made[next(name for name in node.input if name != bias)]
            found[bias.removesuffix("bias") + "weight"] = unsmoothed(whole(product.input[1]), product.input[0]).T
    return {name: torch.tensor(np.ascontiguousarray(array)) for name, array in found.items()}


def main() -> None:
    """Write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    torch.save(weights(options.model), options.out)


if __name__ == "__main__":
    main()
