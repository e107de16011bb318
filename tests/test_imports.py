"""Imports point one way, and each heavy library stays in its room."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# A room may import those before it, and itself.
ORDER = [
    "types",
    "errors",
    "sqlite",
    "settings",
    "language",
    "models",
    "ingest",
    "index",
    "search",
    "answer",
    "rows",
    "progress",
    "tracing",
    "archive",
    "keeping",
    "doctor",
    "network",
    "serving",
]
# These stand on all of the above, and not on each other; the command line starts the page, so it stands on them.
ON_TOP = ["web", "integrations"]
NOT_EACH_OTHER = {("ingest", "models"), ("models", "ingest")}

VENDORS = {
    "chromadb": {"index"},
    "llama_index": {"index", "integrations"},
    "ray": {"index"},
    "tantivy": {"index"},
    "gradio": {"web"},
    "openai": {"answer"},
    "openvino": {"models"},
    "onnxruntime": {"models"},
    "trafilatura": {"ingest"},
    "pypdf": {"ingest"},
    "docx": {"ingest"},
    "jinja2": {"web"},
    "itsdangerous": {"web"},
    "argon2": {"keeping"},
    "limits": {"keeping", "network"},
    "pybtex": {"keeping"},
    "tomlkit": {"settings"},
    "httpx": {"index", "ingest"},
    "tenacity": {"index"},
    "mcp": {"serving"},
    "prometheus_client": {"serving"},
    "opentelemetry": {"tracing"},
    "openinference": {"tracing"},
}


def imports() -> list[tuple[str, str]]:
    """(file, module imported) for every import statement in qa/, late ones too."""
    found = []
    for path in sorted((ROOT / "qa").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else names
            found += [(str(path.relative_to(ROOT)), name) for name in names]
    return found


def room(file: str) -> str:
    return Path(file).parts[1].removesuffix(".py")


def test_imports_point_one_way() -> None:
    pairs = [(file, room(file), name.split(".")[1]) for file, name in imports() if name.startswith("qa.")]
    assert len(pairs) > 20
    wrong = [
        f"{file} imports {target}"
        for file, source, target in pairs
        if source != target
        and source != "__init__"
        and (
            target == "cli"
            or (target in ON_TOP and source != "cli")
            or (source in ORDER and ORDER.index(target) > ORDER.index(source))
            or (source, target) in NOT_EACH_OTHER
        )
    ]
    assert wrong == []


def test_each_vendor_stays_in_its_room() -> None:
    wrong = [
        f"{file} imports {name}"
        for file, name in imports()
        if room(file) not in VENDORS.get(name.split(".")[0], {room(file)})
    ]
    assert wrong == []


@pytest.mark.parametrize("module", ["qa", "qa.cli", "qa.types"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert set(loaded) & (set(VENDORS) | {"numpy", "simplemma", "pydantic", "tqdm"}) == set()
