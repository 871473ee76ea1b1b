# Image of the site: `docker build -t sentiment-site .`. How to run it: docs/container.md.
FROM python:3.11-slim-bookworm AS build
WORKDIR /build
COPY requirements.lock .
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --requirement requirements.lock

FROM python:3.11-slim-bookworm
# The site writes only to var/ (SQLite and its key). A numeric user, so that Kubernetes can verify that it is not root.
RUN useradd --uid 10001 --no-create-home --home-dir /site site && install --directory --owner site /site/var
COPY --from=build /venv /venv
WORKDIR /site
COPY . .
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
RUN python -m compileall -q accounts common dashboard news sentiment_site streaming
ENV PYTHONDONTWRITEBYTECODE=1
USER 10001
VOLUME /site/var
EXPOSE 8000
HEALTHCHECK --start-period=20s --interval=10s --timeout=5s \
    CMD ["python", "-c", "import http.client, os; c = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('PORT', 8000)), timeout=4); c.request('GET', '/health/live'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["python", "manage.py"]
CMD ["serve", "--host", "0.0.0.0"]
