"""A program that does what it is told, line by line: {"what": …, arguments}; it answers each with a line of JSON."""

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.safety.damaging import damaging
from tests.safety.failing import changes, failing
from tests.safety.kills import kills
from tests.safety.small import in_small_steps
from tests.safety.writing import readers, writers

WORK: dict[str, Any] = {
    "kills": kills,
    "failing": failing,
    "changes": changes,
    "damaging": damaging,
    "writers": writers,
    "readers": readers,
}


def main(folder: Path) -> None:
    in_small_steps()
    for line in sys.stdin:
        task = json.loads(line)
        place = Path(tempfile.mkdtemp(dir=folder))
        found = WORK[task.pop("what")](**task, folder=place)
        shutil.rmtree(place)
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
