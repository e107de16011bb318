"""The sample articles, for whoever has none at hand."""

from __future__ import annotations

import shutil
from pathlib import Path

from qa.errors import CorpusError

_PACKAGE = Path(__file__).parents[1]
_SHIPPED, _CLONE = _PACKAGE / "sample", _PACKAGE.parent / "corpus"
"""Where a wheel has them, and where a clone has."""


def write_sample(folder: Path) -> None:
    """Write the sample articles to `folder`, which is made.

    Raises:
        CorpusError: There is such a file or folder already, or it cannot be written.
    """
    try:
        shutil.copytree(_SHIPPED if _SHIPPED.is_dir() else _CLONE, folder)
    except FileExistsError:
        raise CorpusError(f"There is {str(folder)!r} already, which is left as it is: name another folder.") from None
    except (OSError, shutil.Error) as error:
        raise CorpusError(f"The sample cannot be written to {str(folder)!r} ({error}): name another folder.") from None
