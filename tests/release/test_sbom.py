"""The list of parts is valid CycloneDX, names every locked package of a plain installation, and the model files."""

import json
from importlib.metadata import requires

import pytest
from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement

from qa.models.engine import DATA, checksums
from release.sbom import parts


@pytest.mark.nightly
def test_the_list_is_what_the_schema_demands() -> None:
    """Four minutes: the validator is slow."""
    assert JsonStrictValidator(SchemaVersion.V1_5).validate_str(json.dumps(parts())) is None


# How uv names itself in the list is old style, and valid.
@pytest.mark.filterwarnings("ignore::cyclonedx.schema.deprecation.SchemaDeprecationWarning1Dot5")
def test_the_list_is_read_and_whole() -> None:
    made = parts()
    assert len(Bom.from_json(made).components) == len(made["components"])
    components = {row["name"]: row for row in made["components"]}
    needed = {Requirement(text).name for text in requires("dateline") or []}
    assert len(needed) > 30 and needed <= set(components)
    assert components["chromadb"]["purl"] == f"pkg:pypi/chromadb@{components['chromadb']['version']}"
    assert "pytest" not in components
    for name, digest in checksums(DATA).items():
        assert components[name]["hashes"] == [{"alg": "SHA-256", "content": digest}]
        assert components[name]["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    root = made["metadata"]["component"]["bom-ref"]
    (ours,) = [row for row in made["dependencies"] if row["ref"] == root]
    assert {f"model:{name}" for name in checksums(DATA)} <= set(ours["dependsOn"])
