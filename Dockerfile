# The dashboard as an image: docs/hosting.md. For ClickHouse, build it with
# --build-arg LOCK=requirements-clickhouse.lock.
FROM python:3.11-slim AS packages
ARG LOCK=requirements.lock
COPY ${LOCK} /requirements.lock
# Compiled now: in a container whose root is read-only that would be done anew at each start.
RUN python -m venv /opt/dyntube \
 && /opt/dyntube/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /requirements.lock \
 && /opt/dyntube/bin/pip uninstall -y pip setuptools \
 && find /opt/dyntube \( -type d -name tests -o -path '*/pyarrow/include' \) -prune -exec rm -rf {} +

FROM python:3.11-slim
# nginx keeps each reader with one of several processes (deploy/serve.py). Debian's newest is wanted,
# as it has what was mended.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends nginx-light \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --user-group --home-dir /tmp --no-create-home --shell /usr/sbin/nologin dyntube \
 && install -d -o dyntube -g dyntube -m 700 /data
COPY --from=packages /opt/dyntube /opt/dyntube
WORKDIR /app
COPY app.py ./
COPY .streamlit/config.toml .streamlit/
COPY deploy/ deploy/
COPY pages/ pages/
COPY static/ static/
COPY dyntube/ dyntube/
RUN /opt/dyntube/bin/python -m compileall -q /app
ENV PATH=/opt/dyntube/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501 \
    DYNTUBE_ARCHIVE=/data
USER 10001:10001
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s CMD ["python", "-m", "deploy.healthcheck"]
CMD ["python", "-m", "deploy.serve", "--processes", "2"]
