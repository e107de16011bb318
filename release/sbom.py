"""The parts of Dateline as a CycloneDX 1.5 list: the packages of uv.lock, and the shipped model files.

uv run python -m release.sbom > dateline.cdx.json
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from qa.models.engine import DATA, checksums

ROOT = Path(__file__).parents[1]
NOTICE = DATA / "NOTICE.md"
KINDS = {".onnx": "machine-learning-model", ".json": "data"}
"""CycloneDX's types of component, by the ending of a model file."""


def parts() -> dict[str, Any]:
    """The list as JSON's objects: what `uv export` makes of the lock, and a component for each model file."""
    export = ["uv", "export", "--quiet", "--frozen", "--no-dev", "--all-extras", "--format", "cyclonedx1.5"]
    command = [*export, "--preview-features", "sbom-export"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    found: dict[str, Any] = json.loads(made.stdout)
    models = _models()
    found["components"] += models
    root = found["metadata"]["component"]["bom-ref"]
    (ours,) = [row for row in found["dependencies"] if row["ref"] == root]
    names = [model["bom-ref"] for model in models]
    ours["dependsOn"] = [*ours.get("dependsOn", []), *names]
    found["dependencies"] += [{"ref": name, "dependsOn": []} for name in names]
    return found


def _models() -> list[dict[str, Any]]:
    """The model files, with their checksums, and what the notice beside them says of them."""
    rows = re.findall(r"^\| (\S+) \| (.+?) \| .+? \| (\S+) \|$", NOTICE.read_text(encoding="utf-8"), re.MULTILINE)
    noted = {name: (what, licence) for name, what, licence in rows}
    return [
        {
            "type": KINDS[Path(name).suffix],
            "bom-ref": f"model:{name}",
            "name": name,
            "version": digest[:12],
            "description": noted[name][0],
            "hashes": [{"alg": "SHA-256", "content": digest}],
            "licenses": [{"license": {"id": noted[name][1]}}],
        }
        for name, digest in sorted(checksums(DATA).items())
    ]


if __name__ == "__main__":
    json.dump(parts(), sys.stdout, indent=1)
