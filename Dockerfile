FROM python:3.11.15-slim-trixie AS build
WORKDIR /src
COPY . .
# --without-pip: what installs stays behind in this stage.
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m pip install --upgrade "pip>=25.3" \
    && python -m venv --without-pip /opt/chat2sql \
    && python -m pip --python /opt/chat2sql/bin/python install --constraint constraints.txt .

FROM python:3.11.15-slim-trixie
# libgomp1: the embedded model's library is linked against it.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && python -m pip uninstall --yes --root-user-action=ignore setuptools wheel pip \
    && useradd --uid 10001 --no-log-init --create-home --home-dir /var/lib/chat2sql chat2sql \
    && install --directory --owner=chat2sql --group=chat2sql /var/lib/chat2sql/results
COPY --from=build /opt/chat2sql /opt/chat2sql
ENV PATH=/opt/chat2sql/bin:$PATH \
    HOME=/tmp \
    CHAT2SQL_HOME=/var/lib/chat2sql \
    LANGSMITH_TRACING=false \
    PYTHONUNBUFFERED=1
USER chat2sql
WORKDIR /var/lib/chat2sql
ENTRYPOINT ["chat2sql"]
CMD ["--help"]
