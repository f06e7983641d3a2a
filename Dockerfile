# By tag, so that it builds wherever this tag is; docker-compose.pinned.yml gives it by digest.
ARG PYTHON_IMAGE=python:3.13-slim-trixie

# Build: the service in a virtual environment of its own, from hashed wheels alone; what builds it stays behind.
FROM ${PYTHON_IMAGE} AS build
WORKDIR /build
ENV PATH=/opt/build/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python3 -m venv /opt/build && python3 -m venv --without-pip /opt/music-app
COPY requirements.lock requirements-build.lock ./
RUN pip install --require-hashes --only-binary :all: --no-deps -r requirements-build.lock
RUN pip --python /opt/music-app/bin/python3 install --require-hashes --only-binary :all: --no-deps -r requirements.lock
COPY pyproject.toml README.md LICENSE THIRD_PARTY_NOTICES.md ./
COPY domain domain
COPY application application
COPY adapters adapters
COPY entrypoints entrypoints
RUN pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && pip --python /opt/music-app/bin/python3 install --no-deps --no-index dist/*.whl

# Run: an ordinary user, with a name (PostgreSQL wants one), who may write to /data alone.
FROM ${PYTHON_IMAGE}
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
