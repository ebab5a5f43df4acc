# The service with PostgreSQL support. Build: docker build -t passgenau .   Run with a database: docker compose up
FROM python:3.11-slim-bookworm AS assets
WORKDIR /build
COPY package.json package-lock.json ./
COPY scripts/assets scripts/assets
RUN python -m venv .venv && scripts/assets

FROM python:3.11-slim-bookworm
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 \
    PASSGENAU_DATA_DIR=/var/lib/passgenau PASSGENAU_MODEL_DIR=/opt/passgenau/models PASSGENAU_LOG_FORMAT=json
WORKDIR /opt/passgenau
# PyTorch's own index has the build without CUDA, a tenth of the size.
RUN pip install torch==2.13.0 --index-url https://download.pytorch.org/whl/cpu
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY matching matching
COPY migrations migrations
COPY --from=assets /build/app/static/vendor app/static/vendor
RUN pip install --editable ".[postgres]"
# The encoder is unpacked while building, so that containers start fast and may have a read-only file system.
RUN python -c "from pathlib import Path; from matching.bundled_model import ensure_bundled_model; ensure_bundled_model(Path('models'))"
RUN useradd --system --uid 10001 passgenau && install -d -o passgenau /var/lib/passgenau && chown -R passgenau models
USER passgenau
EXPOSE 8000
HEALTHCHECK --start-period=60s --interval=15s --timeout=5s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
# exec form: SIGTERM reaches the server itself
CMD ["sh", "-c", "passgenau migrate && exec passgenau serve --host 0.0.0.0"]
