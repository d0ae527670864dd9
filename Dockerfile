# The director in a container: docker build -t fl-director .
# It listens on 8080 in clear, for a TLS proxy on the same network (compose.yaml has one); its data lies in /data.

FROM node:22-slim AS dashboard
WORKDIR /build/dashboard
COPY dashboard/package.json dashboard/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY dashboard/ ./
RUN npm run build

FROM python:3.13-slim AS wheel
# what is installed beside the program: --build-arg EXTRAS=director,mlflow
ARG EXTRAS=director
WORKDIR /build
RUN python -m venv /opt/fl
COPY requirements/director.txt requirements/
RUN /opt/fl/bin/python -m pip install --no-cache-dir --require-hashes --no-deps -r requirements/director.txt
COPY pyproject.toml README.md LICENSE ./
COPY aggregation/ aggregation/
COPY analyst/ analyst/
COPY contract/ contract/
COPY director/ director/
COPY envoy/ envoy/
COPY flower_apps/ flower_apps/
COPY simulation/ simulation/
COPY --from=dashboard /build/director/static/ director/static/
RUN python -m pip wheel --no-cache-dir --no-deps --wheel-dir dist . \
    && /opt/fl/bin/python -m pip install --no-cache-dir "$(echo dist/*.whl)[$EXTRAS]"

FROM python:3.13-slim
RUN groupadd --gid 10001 fl-director \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin fl-director \
    && install -d -m 700 -o 10001 -g 10001 /data /backup
COPY --from=wheel /opt/fl/ /opt/fl/
COPY deploy/bin/fl-director-backup /usr/local/bin/
ENV PATH=/opt/fl/bin:$PATH PYTHONDONTWRITEBYTECODE=1 DIRECTOR_DATA_DIR=/data
# director.toml may be mounted here
WORKDIR /etc/fl-director
USER 10001:10001
VOLUME ["/data", "/backup"]
EXPOSE 8080
# by its own Python: there is no curl; straight to it, whatever proxy the surroundings name
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import http.client as h, sys; c = h.HTTPConnection('127.0.0.1', 8080, timeout=8); c.request('GET', '/health/ready'); sys.exit(c.getresponse().status != 200)"]
# it ends within stopping_seconds (25): give it 45
STOPSIGNAL SIGTERM
ENTRYPOINT ["fl-director"]
CMD ["serve", "--new", "--host", "0.0.0.0", "--port", "8080", "--insecure-http"]
