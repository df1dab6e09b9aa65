# cnnbench in PyTorch's own image, beside the torch that is there; the wheel is made first:
#   scripts/wheel.sh && docker build -t cnnbench-pytorch -f scripts/container/pytorch.Dockerfile .
#   docker run --rm --gpus all --user "$(id -u):$(id -g)" -v "$PWD":/work cnnbench-pytorch train catdog_improved
# scripts/test_packages.sh runs the steps beside a python3 that has torch.
FROM pytorch/pytorch:2.11.0-cuda13.0-cudnn9-runtime
COPY dist/cnnbench-*.whl /opt/
ENV PIP_BREAK_SYSTEM_PACKAGES=1 PIP_ROOT_USER_ACTION=ignore HOME=/work
# Nothing but the wheel comes, and an image with another torch fails here.
RUN python3 -m pip install --no-cache-dir --no-index --no-deps /opt/cnnbench-*.whl && mkdir -m 1777 /work && cnnbench info
WORKDIR /work
USER 1000:1000
ENTRYPOINT ["cnnbench"]
CMD ["--help"]
