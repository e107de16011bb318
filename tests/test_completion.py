"""Shells complete the commands and options of the installed `qa`, each as its own script asks for them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(sys.executable).parent
"""Where `qa` is installed beside the Python that runs the tests."""


def completed(shell: str, words: list[str]) -> list[str]:
    """What `qa` offers for the last of `words`, asked as that shell's script asks."""
    # fish hands over the word itself, the others its place.
    place = words[-1] if shell == "fish" else str(len(words) - 1)
    asked = {"_QA_COMPLETE": f"{shell}_complete", "COMP_WORDS": " ".join(words), "COMP_CWORD": place}
    result = subprocess.run(
        [SCRIPTS / "qa"], env={**os.environ, **asked}, capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stderr == ""
    return result.stdout.splitlines()


@pytest.mark.parametrize(
    ("shell", "words", "first"),
    [
        ("bash", ["qa", "timel"], "plain,timeline"),
        ("bash", ["qa", "ask", "--aft"], "plain,--after"),
        ("bash", ["qa", "users", "rem"], "plain,remove"),
        ("bash", ["qa", "ask", "--corpus", "co"], "dir,co"),
        ("zsh", ["qa", "timel"], "plain"),
        ("fish", ["qa", "timel"], "plain,timeline\tList what happened when, oldest first, of..."),
    ],
)
def test_names_are_completed(shell: str, words: list[str], first: str) -> None:
    assert completed(shell, words)[0] == first


def test_bash_completes_by_the_line_that_the_documents_give() -> None:
    bash = shutil.which("bash")
    if not bash:
        pytest.skip("no bash on this machine")
    typed = "COMP_WORDS=(qa ask --aft); COMP_CWORD=2; _qa_completion qa; echo ${COMPREPLY[@]}"
    result = subprocess.run(
        [bash, "--norc", "-c", f'eval "$(_QA_COMPLETE=bash_source qa)"; {typed}'],
        env={**os.environ, "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (result.returncode, result.stdout) == (0, "--after\n"), result.stderr
