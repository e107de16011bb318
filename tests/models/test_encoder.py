import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from qa.errors import ModelError
from qa.models.encoder import MODEL, Encoder
from qa.models.engine import DATA, _loaded

TEXTS = [
    "When did the city fall?",
    "",
    "word " * 2000,
    "The town was taken by militants on Sunday.",
    "A recipe for plum cake.",
]


@pytest.fixture(scope="module")
def shipped() -> Encoder:
    return Encoder()


def test_vectors_have_length_one_and_keep_the_order(shipped: Encoder) -> None:
    vectors = shipped.encode(TEXTS)
    assert vectors.shape == (5, 384) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    # 8-bit arithmetic rounds a text a little differently beside longer ones.
    alone = np.concatenate([shipped.encode([text]) for text in TEXTS])
    assert np.all((vectors * alone).sum(axis=1) > 0.99)
    assert shipped.encode([]).shape == (0, 384)


def test_what_means_the_same_is_nearer(shipped: Encoder) -> None:
    question, _, _, right, wrong = shipped.encode(TEXTS)
    assert question @ right > 0.3 > 0.15 > question @ wrong


def test_the_published_model_is_the_one_shipped(shipped: Encoder) -> None:
    """Components computed from the published 32-bit weights; the 8-bit vector must be within its error of them."""
    (vector,) = shipped.encode(["The city fell on Sunday."])
    expected = json.loads((Path(__file__).parent / "golden.json").read_text(encoding="utf-8"))
    assert float(np.dot(vector, np.array(expected, dtype=np.float32))) > 0.99


def test_threads_do_not_mix_their_texts(shipped: Encoder) -> None:
    texts = [f"Report number {n} speaks of {'rain ' * (n % 7)}." for n in range(64)]
    expected = [shipped.encode([text])[0] for text in texts]
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda text: shipped.encode([text])[0], texts))
    assert all(np.array_equal(a, b) for a, b in zip(got, expected, strict=True))


def test_an_altered_or_missing_file_is_noticed(tmp_path: Path) -> None:
    shutil.copytree(DATA, tmp_path / "data")
    model = tmp_path / "data" / MODEL
    content = bytearray(model.read_bytes())
    content[-1] ^= 1
    model.write_bytes(content)
    with pytest.raises(ModelError, match="was altered"):
        Encoder(data=tmp_path / "data").encode(["a"])
    model.unlink()
    with pytest.raises(ModelError, match="is missing"):
        Encoder(data=tmp_path / "data").encode(["a"])
    (tmp_path / "data" / "checksums.json").unlink()
    with pytest.raises(ModelError, match="checksums"):
        _ = Encoder(data=tmp_path / "data").name


def test_a_model_is_loaded_once_for_the_whole_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(DATA, tmp_path / "data")
    loaded: list[str] = []

    def load(path: Path, threads: int) -> object:
        loaded.append(path.name)
        return _loaded(path, threads)

    monkeypatch.setattr("qa.models.engine._loaded", load)
    one, other = Encoder(data=tmp_path / "data"), Encoder(data=tmp_path / "data")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda encoder: encoder.load(), [one, other] * 4))
    assert np.array_equal(one.encode(["A report."]), other.encode(["A report."]))
    assert loaded == [MODEL]
