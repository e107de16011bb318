"""The steps of a training, the same for encoder and reader."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

WARM_UP, WEIGHT_DECAY = 0.06, 0.01
SHOWN, KEPT = 50, 300
"""Steps between two lines of progress, and between two copies of the weights."""
Batch = TypeVar("Batch")


def fit(
    model: nn.Module,
    plan: Sequence[Batch],
    loss_of: Callable[[Batch], Tensor],
    path: Path,
    rate: float,
    warm_up: float = WARM_UP,
    averaged: float = 0.0,
) -> None:
    """Train `model` by AdamW, a step a batch of `plan`; its weights are written to `path`.

    Args:
        model: On its device, in training.
        plan: The batches in their order.
        loss_of: The loss of one, computed in bfloat16 where it can be.
        path: Written every KEPT steps and at the end.
        rate: Of learning at its highest.
        warm_up: Share of the steps until then; it falls to 0 in a line.
        averaged: What the weights that are written keep of the ones before at each step; with 0 they are the last ones.
    """
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=WEIGHT_DECAY, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, rate, total_steps=len(plan), pct_start=warm_up, anneal_strategy="linear"
    )
    device = next(model.parameters()).device.type
    kept = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(averaged))
    print(f"{len(plan)} steps on {device}", flush=True)
    started, running = time.time(), 0.0
    for step, batch in enumerate(plan, start=1):
        with torch.autocast(device, torch.bfloat16):
            loss = loss_of(batch)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        kept.update_parameters(model)
        running = 0.98 * running + 0.02 * float(loss.detach())
        if step % SHOWN == 0:
            pace = (time.time() - started) / step
            print(f"step {step}/{len(plan)} loss {running / (1 - 0.98**step):.3f} {pace:.2f} s a step", flush=True)
        if step % KEPT == 0 or step == len(plan):
            torch.save(kept.module.state_dict(), path)
