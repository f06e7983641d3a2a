# Build: everything into one virtual environment, dependencies from hashed wheels alone.
FROM python:3.13-slim-trixie AS build
WORKDIR /build
ENV PATH=/opt/music-app/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python3 -m venv /opt/music-app
COPY requirements.lock ./
RUN pip install --require-hashes --only-binary :all: -r requirements.lock
COPY pyproject.toml README.md LICENSE THIRD_PARTY_NOTICES.md ./
COPY domain domain
COPY application application
COPY adapters adapters
COPY entrypoints entrypoints
RUN pip install --no-deps --no-build-isolation .

# Run: an ordinary user, with a name (PostgreSQL wants one), who may write to /data alone.
FROM python:3.13-slim-trixie
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin music-app \
    && install --directory --owner music-app --group music-app --mode 0700 /data
COPY --from=build /opt/music-app /opt/music-app
ENV PATH=/opt/music-app/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 PORT=5000 DATA_DIR=/data
USER music-app
WORKDIR /data
VOLUME /data
EXPOSE 5000
# By http.client, which no proxy variable leads astray.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python3", "-Ic", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=4); c.request('GET', '/health/live'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["music-app"]
CMD ["serve"]
