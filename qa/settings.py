"""The one Settings object, and the only reader of the environment."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What can be set, each by an environment variable of the same name with QA_ before it."""

    model_config = SettingsConfigDict(env_prefix="QA_", extra="ignore")

    corpus: Path = Path("corpus")
    """The folder of articles."""
    index: Path | None = None
    """The folder of the index; by default one in the user's cache folder, named after the corpus."""
    threads: int = Field(default=0, ge=0)
    """Threads of the models; 0 means one for each physical core."""
