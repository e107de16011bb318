"""The one Settings object, and the only reader of the environment and of the settings file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from platformdirs import user_config_path, user_data_path
from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from qa.errors import SettingsError

FILE = user_config_path("dateline") / "settings.toml"
OPENAI_MODEL = "gpt-4.1-mini"
"""Asked where a key is set and nothing else: small, and most accounts may use it."""
QUOTES, ANSWER_FROM = 3, 0.35
"""The defaults of `quotes` and `answer_from`."""


class Settings(BaseSettings):
    """What can be set: by an environment variable of the same name with QA_ before it, or in the settings file.

    The environment comes before the file. Use `load`, which tells what is wrong in one sentence.
    """

    model_config = SettingsConfigDict(env_prefix="QA_", extra="ignore", populate_by_name=True)

    corpus: Path = Path("corpus")
    """The folder of articles."""
    index: str | None = None
    """The folder of the index, by default one in the user's cache folder, named after the corpus; or the address of a
    Chroma server, http://… or https://…, on which search by meaning takes place."""
    data: Path | None = None
    """The folder of what readers keep: conversations, users; by default one in the user's data folder."""
    host: str = "127.0.0.1"
    """The address at which the browser chat, `qa serve` and `qa mcp --http` listen; one that others reach demands a
    login, or keys."""
    rate: int = Field(default=300, ge=1, le=1_000_000)
    """Requests a minute that `qa serve` and `qa mcp --http` take with one key, or from one address without keys."""
    threads: int = Field(default=0, ge=0)
    """Threads of the models; 0 means one for each physical core."""

    chroma_folder: Path | None = None
    """The folder of what stays here where `index` is a server; by default one in the user's cache folder."""
    chroma_collection: str = ""
    """The collection's name; by default one after the corpus folder and its path."""
    chroma_tenant: str = "default_tenant"
    """The tenant on the server."""
    chroma_database: str = "default_database"
    """The database of the tenant."""
    chroma_token: SecretStr = SecretStr("")
    """What proves to the server, or to a proxy before it, who asks."""
    chroma_token_header: Literal["x-chroma-token", "authorization"] = "x-chroma-token"  # noqa: S105
    """The header that it is sent in; the second one as `Bearer`."""
    chroma_token_in_clear: bool = False
    """Whether it may be sent unencrypted to another machine."""
    chroma_certificates: Path | None = None
    """A file of certificates (PEM) that https is checked against; by default the well-known ones."""
    chroma_timeout: float = Field(default=10.0, gt=0, le=600)
    """Seconds that a question waits for the server; a sync waits six times as long for each request."""
    chroma_write: bool = True
    """Whether this machine writes the collection, or only searches it while it holds what the index here does."""

    add: bool = True
    """Whether readers may add articles."""
    add_megabytes: int = Field(default=25, ge=1, le=50)
    """What an added file may have, in millions of bytes."""
    fetch: bool = False
    """Whether addresses of web pages may be fetched when a reader adds them."""

    quotes: int = Field(default=QUOTES, ge=1, le=10)
    """Sentences that an answer quotes at most."""
    answer_from: float = Field(default=ANSWER_FROM, ge=0, le=1)
    """Confidence below which the archive is said not to say. By default the best balanced accuracy of abstention on the
    tuning questions of four sets (training/reader/CARD.md)."""

    write: bool = True
    """Whether answers are written by a language model where one is configured."""
    model: str = ""
    """Its name; by default the first that the server lists, or OPENAI_MODEL. A name alone configures no model."""
    openai_api_key: SecretStr = Field(SecretStr(""), validation_alias=AliasChoices("OPENAI_API_KEY", "openai_api_key"))
    """As the openai client reads it: OPENAI_API_KEY."""
    openai_base_url: str = Field("", validation_alias=AliasChoices("OPENAI_BASE_URL", "openai_base_url"))
    """OPENAI_BASE_URL, an address such as http://127.0.0.1:11434/v1; by default OpenAI's own."""
    temperature: float = Field(default=0.0, ge=0, le=2)
    """0 for the likeliest words, the same each time."""
    timeout: float = Field(default=60.0, gt=0, le=3600)
    """Seconds that an answer may take, retries and all."""
    retries: int = Field(default=2, ge=0, le=10)
    """Further tries where the server is busy or cannot be reached."""
    answer_tokens: int = Field(default=800, ge=16, le=100_000)
    """What an answer may have."""
    passage_tokens: int = Field(default=3000, ge=100, le=1_000_000)
    """What the passages put before the model may have."""
    price_in: float = Field(default=0.0, ge=0)
    """What a million tokens cost to be read; in any currency."""
    price_out: float = Field(default=0.0, ge=0)
    """What a million tokens cost to be written."""

    otel_exporter_otlp_endpoint: str = Field(
        "", validation_alias=AliasChoices("OTEL_EXPORTER_OTLP_ENDPOINT", "otel_exporter_otlp_endpoint")
    )
    """OTEL_EXPORTER_OTLP_ENDPOINT, as OpenTelemetry reads it: where spans are sent; nowhere by default."""

    @property
    def data_folder(self) -> Path:
        """The folder of what readers keep, wherever it is."""
        return self.data or user_data_path("dateline")

    @property
    def writes(self) -> bool:
        """Whether a model is configured, by its server's address or a key: nothing is sent anywhere otherwise."""
        return self.write and bool(self.openai_base_url or self.openai_api_key.get_secret_value())

    @classmethod
    def load(cls) -> Settings:
        """The settings of this process.

        Raises:
            SettingsError: A value cannot be used; the message names it.
        """
        try:
            return cls()
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            name = str(first["loc"][0])
            name = name if name.startswith(("OPENAI", "OTEL")) else f"QA_{name.upper()}"
            raise SettingsError(f"The setting {name} cannot be used ({first['msg']}): change it.") from None
        except (OSError, ValueError) as error:
            raise SettingsError(f"The settings file {str(FILE)!r} cannot be read ({error}): mend it.") from None

    def save(self, names: Sequence[str]) -> None:
        """Write those settings to the file, for the next start; what else stands there stays.

        Raises:
            SettingsError: The file cannot be read or written.
        """
        import tomlkit

        try:
            FILE.parent.mkdir(parents=True, exist_ok=True)
            document = tomlkit.parse(FILE.read_text(encoding="utf-8")) if FILE.exists() else tomlkit.document()
            for name in names:
                value = getattr(self, name)
                document[name] = value.get_secret_value() if isinstance(value, SecretStr) else value
            fresh = FILE.with_suffix(".new")
            fresh.touch(mode=0o600)  # it may hold a key
            fresh.write_text(tomlkit.dumps(document), encoding="utf-8")
            fresh.replace(FILE)
        except (OSError, ValueError) as error:
            raise SettingsError(f"The settings file {str(FILE)!r} cannot be written ({error}): mend it.") from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given in code, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, FILE)
