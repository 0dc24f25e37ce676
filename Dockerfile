# Builds for a GPU; for a machine without one:
#   docker build --build-arg BASE=debian:13-slim --build-arg EXTRA=cpu .
#
# The base is NVIDIA's smallest image of CUDA 13: it tells the container runtime which driver is wanted
# and has the GPU handed through. The libraries that onnxruntime needs, cuDNN 9 among them (2.1 GB), come
# with the extra `gpu` in the versions it was built for; the larger `runtime` and `cudnn-runtime` images
# would bring them a second time.
ARG BASE=nvidia/cuda:13.0.2-base-ubuntu24.04
ARG EXTRA=gpu

FROM node:20-slim AS web
WORKDIR /bhava/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web/ ./
COPY motion/rigs/joint_names.json /bhava/motion/rigs/
COPY motion/emotion_colours.json /bhava/motion/
COPY server/sentences.json /bhava/server/
RUN npm run build

FROM ${BASE}
ARG EXTRA
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3-venv \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 --groups video bhava \
    && install --directory --owner=bhava /data /data/keys
WORKDIR /bhava
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 ORT_DISABLE_TELEMETRY=1
# The packages come before the code, so that a change of code does not install them anew.
COPY pyproject.toml build_backend.py constraints.txt README.md LICENSE ./
COPY motion/compiled/ motion/compiled/
RUN mkdir server training \
    && python3 -m venv /opt/venv \
    && pip install --no-cache-dir --constraint constraints.txt --editable ".[${EXTRA},scale]"
COPY bhava.py ./
COPY motion/ motion/
COPY server/ server/
COPY training/ training/
COPY models/ models/
COPY --from=web /bhava/web/dist/ web/dist/
USER 10001
EXPOSE 8000
VOLUME /data
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as http; http.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
ENTRYPOINT ["bhava", "serve", "--host", "0.0.0.0", "--takes", "/data/takes", "--cues", "/data/cues", "--links", "/data/links.json", "--keys", "/data/keys"]
