#!/usr/bin/env python3
"""The training loss (cross-entropy, without the L2 term) of the CIFAR-10 tutorial network's first steps, in PyTorch.

Same network, initialization, distortions, optimizer and batch as TensorFlow's cifar10.py and cnnbench's cifar10 preset; the
yardstick for cnnbench's loss curve. --data holds data_batch_N.bin; all that are there are used. --learning-rate and --no-lrn exist
to show what compare_cifar_loss.py notices. --self-test checks pool, LRN and distortions against plain formulas.
"""

import argparse
import json
import pathlib

import numpy as np
import torch
from torch import nn

import pictures
import torch_nets


def self_test():
    torch.manual_seed(3)
    net = torch_nets.Cifar10()
    # TensorFlow's SAME pool of an even side, element by element, on negative numbers so that a zero pad would win.
    x = -1 - torch.rand(1, 2, 6, 6)
    wanted = torch.tensor([[[[x[0, c, 2 * i:2 * i + 3, 2 * j:2 * j + 3].max() for j in range(3)] for i in range(3)] for c in range(2)]])
    assert torch.equal(torch_nets.PoolSame()(x), wanted)
    # tf.nn.lrn: x / (bias + alpha * sum of squares over [c-4, c+4]) ^ beta, alpha 0.001/9. Large values, so that it matters.
    x = torch.randn(2, 64, 3, 3) * 50
    lrn = next(m for m in net.net if isinstance(m, nn.LocalResponseNorm))
    for c in (0, 5, 63):
        window = x[:, max(0, c - 4):c + 5].square().sum(1)
        assert torch.allclose(lrn(x)[:, c], x[:, c] / (1 + 0.001 / 9 * window) ** 0.75, rtol=1e-5)
    # Distortions: standardized output, and only brightness and contrast between two crops of a flat picture.
    pixels = torch.randint(0, 256, (64, 3, 32, 32), dtype=torch.uint8)
    out = torch_nets.augment_cifar10(pixels, torch.Generator().manual_seed(1))
    assert out.shape == (64, 3, 24, 24)
    assert out.mean((1, 2, 3)).abs().max() < 1e-4 and (out.std((1, 2, 3), unbiased=False) - 1).abs().max() < 1e-3
    # A crop's place can be read from a picture whose red is its column and green its row; flips mirror it.
    ramp = torch.zeros(256, 3, 32, 32, dtype=torch.uint8)
    ramp[:, 0] = torch.arange(32, dtype=torch.uint8) * 8
    ramp[:, 1] = (torch.arange(32, dtype=torch.uint8) * 8)[:, None]
    out = torch_nets.augment_cifar10(ramp, torch.Generator().manual_seed(1))
    rising = (out[:, 0, 0, 1] > out[:, 0, 0, 0]).sum().item()
    assert 90 < rising < 166 and (out[:, 1, 1, 0] > out[:, 1, 0, 0]).all()
    sigma = [m.weight.std().item() for m in net.net if hasattr(m, "weight")]
    assert abs(sigma[1] / 0.05 - 0.8796) < 0.01 and abs(sigma[2] / 0.04 - 0.8796) < 0.01  # sd of a normal cut at two sigma
    print("cifar10: pool, LRN, distortions and initialization are as the tutorial's")


def first_losses(args, seed, pixels, labels):
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    net = torch_nets.Cifar10()
    if args.no_lrn:
        net.net = nn.Sequential(*[m for m in net.net if not isinstance(m, nn.LocalResponseNorm)])
    net = net.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(net.parameter_groups(), lr=args.learning_rate)
    losses, order = [], []
    while len(losses) < args.steps:
        if not order:  # a new order each epoch; the last short batch is trained as well
            order = list(torch.randperm(len(labels), generator=generator).split(args.batch))
        chunk = order.pop(0)
        x = torch_nets.augment_cifar10(pixels[chunk], generator).contiguous(memory_format=torch.channels_last)
        loss = nn.functional.cross_entropy(net(x), labels[chunk])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="folder with data_batch_*.bin")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--learning-rate", type=float, default=0.1)
    parser.add_argument("--no-lrn", action="store_true")
    args = torch_nets.run_arguments(parser)
    if args.self_test:
        return self_test()
    names = sorted(p.name for p in pathlib.Path(args.data).glob("data_batch_*.bin"))
    if not names:
        raise SystemExit(f"error: no data_batch_*.bin in {args.data}; pass the folder of CIFAR-10's binary version")
    pixels, labels = (torch.from_numpy(a) for a in pictures.read_cifar10(args.data, names))
    runs = []
    for seed in args.seeds:
        losses = first_losses(args, seed, pixels, labels)
        runs.append({"seed": seed, "first_losses": losses})
        windows = " ".join(f"{np.mean(losses[i:i + 20]):.3f}" for i in range(0, len(losses), 20))
        print(f"seed {seed}: loss by windows of 20 steps: {windows}", flush=True)
    if args.json:
        with open(args.json, "w") as out:
            json.dump({"files": names, "batch": args.batch, "steps": args.steps, "torch": torch.__version__, "runs": runs}, out, indent=1)


if __name__ == "__main__":
    main()
