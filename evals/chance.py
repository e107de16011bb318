"""How far a mean is to be trusted, and whether two means differ by more than luck; both by scipy with a fixed seed."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

SEED, RESAMPLES = 1729, 9_999
Values = NDArray[np.float64]


def interval(values: Values, resamples: int = RESAMPLES) -> tuple[float, float]:
    """The 95 per cent interval of the mean of `values`, by the percentile bootstrap (Efron and Tibshirani 1993)."""
    mean = float(values.mean())
    if len(values) < 2 or np.ptp(values) == 0:
        return mean, mean
    from scipy.stats import bootstrap

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where nearly all values are the same
        found = bootstrap(
            (values,),
            np.mean,
            n_resamples=resamples,
            batch=1000,
            method="percentile",
            rng=np.random.default_rng(SEED),
        ).confidence_interval
    return float(found.low), float(found.high)


def chance(before: Values, after: Values) -> float:
    """Of a difference of means as large, were both runs alike: a paired randomisation test.

    Smucker, Allan and Carterette 2007, https://doi.org/10.1145/1321440.1321528.
    """
    if len(before) < 2 or not (after - before).any():
        return 1.0
    from scipy.stats import permutation_test

    return float(
        permutation_test(
            (before, after),
            lambda x, y, axis: np.mean(y - x, axis=axis),
            permutation_type="samples",
            vectorized=True,
            n_resamples=RESAMPLES,
            batch=1000,
            rng=np.random.default_rng(SEED),
        ).pvalue
    )
