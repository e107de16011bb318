# syntax=docker/dockerfile:1
# The chat over the articles at /corpus. docs/docker.md says how it is built and run.
FROM ghcr.io/astral-sh/uv:0.13.8 AS uv

FROM python:3.11.14-slim-bookworm AS build
COPY --from=uv /uv /usr/local/bin/uv
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /dateline
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-dev --no-install-project
COPY LICENSE README.md ./
COPY corpus corpus
COPY qa qa
RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-dev --no-editable

FROM python:3.11.14-slim-bookworm
# A new volume takes over the owner of the folder it is mounted at.
RUN groupadd --gid 10001 dateline \
    && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin dateline \
    && install --directory --owner=dateline --group=dateline --mode=700 /corpus /index /data
COPY --from=build /dateline/.venv /dateline/.venv
ENV PATH=/dateline/.venv/bin:$PATH HOME=/data PYTHONDONTWRITEBYTECODE=1 \
    QA_CORPUS=/corpus QA_INDEX=/index QA_DATA=/data
USER 10001
VOLUME ["/corpus", "/index", "/data"]
EXPOSE 7860
# The first start builds the index before it answers; a large archive takes minutes.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10m --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:7860/healthz', timeout=4)"]
ENTRYPOINT ["qa"]
CMD ["page", "--host", "0.0.0.0"]
