#!/usr/bin/env python3
"""One measurement of PyTorch: a network's training step, its DataLoader, or both; one JSON line on stdout.

settings (all optional): channels_last, fused, bfloat16 (autocast), compile ("default", "max-autotune"), threads, flush_denormal, workers, and
plain (augment picture by picture in __getitem__, as tutorials do, instead of batch by batch), device ("cuda": synthetic mode
only, waits for the device every 50 steps). Each epoch leaves out the last short
batch, which saves a compiled step a second shape. live-cached and loader-cached keep the decoded pictures in memory.
"""

import contextlib
import pathlib

import numpy as np
import torch

import meter
import pictures
import torch_nets


class CatDog(torch.utils.data.Dataset):
    """Cats and dogs, read from their files each time, or once into memory that the workers share."""

    def __init__(self, args, side):
        files, labels, _ = pictures.list_folder(f"{args.data}/train")
        chosen = meter.spread_evenly(len(files), args.pictures)
        self.files, self.labels = [files[i] for i in chosen], torch.from_numpy(labels[chosen])
        self.side, self.draft, self.plain, self.rng = side, args.decode == "fast", args.settings.get("plain"), None
        self.memory = torch.stack([self.read(i) for i in range(len(self.files))]).share_memory_() if args.mode.endswith("cached") else None

    def __len__(self):
        return len(self.files)

    def read(self, index):
        return torch.from_numpy(pictures.read_picture(self.files[index], self.side, self.draft).copy())

    def pixels(self, index):
        return self.read(index) if self.memory is None else self.memory[index]

    def augment(self, pixels):  # uint8 NHWC, which permuting turns into channels_last NCHW
        if self.rng is None:  # each worker its own
            self.rng = np.random.default_rng(torch.initial_seed() % 2**63)
        return torch_nets.augment_catdog(pixels.permute(0, 3, 1, 2), *pictures.draw_affines(self.rng, len(pixels)))

    def __getitem__(self, index):
        return self.augment(self.pixels(index)[None])[0], self.labels[index]

    def batch(self, indices):
        pixels = torch.stack([self.pixels(i) for i in indices]) if self.memory is None else self.memory[indices]
        return self.augment(pixels), self.labels[indices]


class Cifar10(torch.utils.data.Dataset):
    """CIFAR-10 in memory, as everybody has it."""

    def __init__(self, args):
        names = sorted(p.name for p in pathlib.Path(args.data).glob("data_batch_*.bin"))
        pixels, labels = pictures.read_cifar10(args.data, names)
        chosen = meter.spread_evenly(len(labels), args.pictures)
        self.pixels, self.labels = torch.from_numpy(pixels[chosen]), torch.from_numpy(labels[chosen])

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return torch_nets.augment_cifar10(self.pixels[index:index + 1], None)[0], self.labels[index]

    def batch(self, indices):
        return torch_nets.augment_cifar10(self.pixels[indices], None), self.labels[indices]


class Batches(torch.utils.data.Dataset):
    """The same set with a list of indices as its key: a whole batch is augmented at once, in the worker."""

    def __init__(self, inner):
        self.inner = inner

    def __len__(self):
        return len(self.inner)

    def __getitem__(self, indices):
        return self.inner.batch(indices)


def make_loader(args):
    data = Cifar10(args) if args.network == "cifar10" else CatDog(args, torch_nets.INPUT_SIDE[args.network])
    workers = args.settings.get("workers", 2)
    keep = {"num_workers": workers} | ({"persistent_workers": True, "prefetch_factor": 4} if workers and not args.settings.get("plain") else {})
    if args.settings.get("plain"):
        return torch.utils.data.DataLoader(data, batch_size=args.batch, shuffle=True, drop_last=True, **keep)
    order = torch.utils.data.BatchSampler(torch.utils.data.RandomSampler(data), args.batch, drop_last=True)
    return torch.utils.data.DataLoader(Batches(data), sampler=order, batch_size=None, **keep)


def make_step(args):
    """A function (x, labels) that trains once."""
    settings = args.settings
    torch.manual_seed(1)
    net = torch_nets.make_network(args.network)
    layout = torch.channels_last if settings.get("channels_last") else torch.contiguous_format
    net = net.to(settings.get("device", "cpu"), memory_format=layout).train()
    optimizer = torch_nets.make_optimizer(args.network, net, fused=bool(settings.get("fused")))
    loss_of = torch_nets.loss_function(args.network)
    forward = torch.compile(net, mode=settings["compile"], dynamic=False) if settings.get("compile") else net

    def step(x, labels):
        precision = torch.autocast(settings.get("device", "cpu"), torch.bfloat16) if settings.get("bfloat16") else contextlib.nullcontext()
        optimizer.zero_grad()
        with precision:
            loss = loss_of(forward(x.contiguous(memory_format=layout)), labels)
        loss.backward()
        optimizer.step()
        return loss

    return step


def run_synthetic(args, clock):
    side = torch_nets.INPUT_SIDE[args.network]
    layout = torch.channels_last if args.settings.get("channels_last") else torch.contiguous_format
    device = args.settings.get("device", "cpu")
    x = torch.rand(args.batch, 3, side, side).contiguous(memory_format=layout).to(device)
    labels = torch.randint(0, 10 if args.network == "cifar10" else 2, (args.batch,)).to(device)
    step = make_step(args)
    at_once = 1 if device == "cpu" else 50
    while True:
        for _ in range(at_once):
            loss = step(x, labels)
        if device != "cpu":
            torch.cuda.synchronize()
        if clock.step(at_once * args.batch, at_once):
            break
    check(loss)


def run_batches(args, clock):
    loader = make_loader(args)
    if len(loader) == 0:
        raise SystemExit("error: fewer pictures than a batch holds")
    step = make_step(args) if args.mode.startswith("live") else None
    loss = torch.zeros(())
    while True:
        for x, labels in loader:
            if step:
                loss = step(x, labels)
            if clock.step(len(labels)):
                return check(loss)
        if clock.epoch_end():
            return check(loss)


def check(loss):
    if not torch.isfinite(loss):
        raise SystemExit("error: the loss is not finite, so the measured step is not a training step")


def main():
    args = meter.arguments(__doc__)
    if args.settings.get("threads"):
        torch.set_num_threads(args.settings["threads"])
    if args.settings.get("flush_denormal"):  # before the other threads are there: they take it over
        torch.set_flush_denormal(True)
    clock = meter.make_meter(args)
    (run_synthetic if args.mode == "synthetic" else run_batches)(args, clock)
    meter.report(clock, args, {"torch": torch.__version__, "numpy": np.__version__, "pillow": pictures.Image.__version__})


if __name__ == "__main__":
    main()
