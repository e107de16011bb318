"""Every error that Dateline raises. Each message is one sentence that names the value and the mend.

DatelineError
├── CorpusError        the corpus folder is missing or cannot be read
├── ArchiveIndexError
│   ├── IndexLocked    another process is writing the index
│   ├── IndexReadOnly  this user may not write the index
│   ├── IndexTooNew    a newer Dateline wrote the index
│   ├── IndexDamaged   the store is not as it was written
│   ├── ServerUnusable the Chroma server cannot be reached, refuses, or holds another's collection
│   └── EngineFailed   what is built from the store cannot be read or written; it is built again
├── WorkersFailed      those who read and encode for a sync cannot go on
├── ModelError         a shipped model file is missing or altered
├── WritingError       the language model gave no answer that can be used
├── SettingsError      a setting cannot be used
├── QuestionError      the question is empty or too long
├── UserError          the name of a user or key, or a password, cannot be used
├── KeepingError       what readers keep cannot be read or written
└── EvaluationError    a question file cannot be read

What cannot be answered is no error: it is an `Answer` that abstains.
"""

from __future__ import annotations


class DatelineError(Exception):
    """The base of all errors that a person can mend."""


class CorpusError(DatelineError):
    """The corpus folder is missing or cannot be read."""


class ArchiveIndexError(DatelineError):
    """The index folder cannot be used."""


class IndexLocked(ArchiveIndexError):
    """Another process is writing the index."""


class IndexReadOnly(ArchiveIndexError):
    """This user may not write the index; what it holds can be read."""


class IndexTooNew(ArchiveIndexError):
    """A newer Dateline wrote the index."""


class IndexDamaged(ArchiveIndexError):
    """The store is not as it was written; a sync builds it again from the articles."""


class EngineFailed(ArchiveIndexError):
    """What is built from the store cannot be read or written; a sync builds it again."""


class ServerUnusable(ArchiveIndexError):
    """The Chroma server cannot be reached, refuses, or holds another's collection; the index itself is whole."""


class WorkersFailed(DatelineError):
    """Those who read and encode for a sync cannot go on; what they have done is kept."""


class ModelError(DatelineError):
    """A shipped model file is missing or altered."""


class WritingError(DatelineError):
    """The language model gave no answer that can be used; answers that quote need none."""


class SettingsError(DatelineError):
    """A setting cannot be used."""


class QuestionError(DatelineError):
    """The question is empty or too long."""


class UserError(DatelineError):
    """The name of a user or key, or a password, cannot be used."""


class KeepingError(DatelineError):
    """What readers keep cannot be read or written."""


class EvaluationError(DatelineError):
    """A question file cannot be read."""
