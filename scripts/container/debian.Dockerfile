# cnnbench and libtorch on Debian 12, from a clone; nothing else needs to be installed.
#   docker build -t cnnbench -f scripts/container/debian.Dockerfile .
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD":/work cnnbench train catdog_improved
# and, with the machine's GPUs, --gpus all. Runs come to the folder where one is.
# scripts/test_containers.sh runs the steps where no Docker is.
FROM debian:12 AS build
WORKDIR /src
COPY . .
# The cache is kept between builds: libtorch is downloaded once, and only what has changed is compiled.
RUN --mount=type=cache,target=/cache XDG_CACHE_HOME=/cache scripts/setup.sh \
  && scripts/stage.sh /opt/cnnbench \
  && cp -a /cache/cnnbench/torch-2.11.0-cu130 /opt/torch

FROM debian:12-slim
COPY --from=build /opt/torch /opt/torch
COPY --from=build /opt/cnnbench /opt/cnnbench
ENV CNNBENCH_TORCH=/opt/torch/torch HOME=/work NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
RUN ln -s /opt/cnnbench/bin/cnnbench /usr/local/bin/cnnbench && mkdir -m 1777 /work
WORKDIR /work
USER 1000:1000
ENTRYPOINT ["cnnbench"]
CMD ["--help"]
