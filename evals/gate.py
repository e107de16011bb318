"""Whether a run is as good as the one it is held to: `qa eval gate RUN --baseline RUN`, for CI."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from evals.compare import main as compare


def main(arguments: Sequence[str] | None = None) -> int:
    """0; 1 where the run is worse than the baseline by more than the tolerance, and not by luck."""
    parser = argparse.ArgumentParser(prog="qa eval gate", description="Fail where a run is worse than another.")
    parser.add_argument("run", type=Path, help="the folder of the run to be judged")
    parser.add_argument("--baseline", type=Path, required=True, help="the folder of the run it is held to")
    parser.add_argument("--tolerance", type=float, default=0.01, help="how much may be lost [%(default)s]")
    options = parser.parse_args(arguments)
    return compare([str(options.baseline), str(options.run), "--gate", str(options.tolerance)])


if __name__ == "__main__":
    sys.exit(main())
