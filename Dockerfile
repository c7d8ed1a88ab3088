# The image of web, worker and scheduler alike (docker-compose.yml says which runs what). No secret goes in here.
FROM python:3.12-slim-bookworm

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    STATE_DIR=/srv/state \
    XDG_CACHE_HOME=/tmp
WORKDIR /srv/app

COPY config/install.sh config/
COPY requirements-production.lock ./
RUN VENV=/opt/venv LOCK=requirements-production.lock sh config/install.sh image \
    && rm -rf /var/lib/apt/lists/* /root/.cache

COPY . .
RUN python -m compileall -q . \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin yitihua \
    && install -d -o yitihua -g yitihua -m 0750 /srv/state

USER yitihua
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4", "--timeout", "120", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
