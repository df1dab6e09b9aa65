#!/usr/bin/env python3
"""Trains a cat/dog network in PyTorch as Keras and cnnbench do: same pictures, augmentation, initialization, Adam, batches.

One line an epoch, one JSON line a seed. This is the yardstick for accuracy, not for speed. Run it with the python that
scripts/peers/setup.sh torch prints. --self-test checks the batched augmentation against plain loops and exits.
"""

import argparse
import json
import time

import numpy as np
import torch

import pictures
import torch_nets


def self_test():
    rng = np.random.default_rng(5)
    worst = 0.0
    for side in (9, 64):
        batch = rng.integers(0, 256, (8, side, side, 3), np.uint8)
        matrix, flip = pictures.draw_affines(rng, len(batch))
        assert flip.any() and not flip.all()
        fast = torch_nets.augment_catdog(torch.from_numpy(batch).permute(0, 3, 1, 2), matrix, flip)
        for i, picture in enumerate(batch):
            slow = pictures.warp_reference(picture, matrix[i], flip[i]) / 255
            worst = max(worst, np.abs(fast[i].permute(1, 2, 0).numpy() - slow).max())
            mirrored = np.abs(fast[i].permute(1, 2, 0).numpy()[:, ::-1] - slow).max()
            assert mirrored > 0.1, "the comparison would not notice a missing flip"
    print(f"largest difference between grid_sample and the loops: {worst:.2e} of 1")
    assert worst < 2e-4, "the batched augmentation is not the reference's"


def run_epoch(net, optimizer, loss_of, batches):
    """One pass; trains when an optimizer is given. (mean loss, accuracy)"""
    total_loss = correct = seen = 0
    net.train(optimizer is not None)
    for x, labels in batches:
        with torch.set_grad_enabled(optimizer is not None):
            logits = net(x.contiguous(memory_format=torch.channels_last))
            loss = loss_of(logits, labels)
        if optimizer is not None:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        total_loss += loss.item() * len(labels)
        correct += ((logits.flatten() > 0) == (labels == 1)).sum().item()
        seen += len(labels)
    return total_loss / seen, correct / seen


def train_batches(data, batch, rng, augment):
    pixels, labels = data
    for chunk in torch.from_numpy(rng.permutation(len(labels))).split(batch):
        matrix, flip = pictures.draw_affines(rng, len(chunk))
        yield torch_nets.augment_catdog(pixels[chunk], matrix, flip) if augment else pixels[chunk].float() / 255, labels[chunk]


def validation_batches(data):
    for x, labels in zip(data[0].split(100), data[1].split(100)):
        yield x.float() / 255, labels


def train(args, seed, train_data, validation_data):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = torch_nets.make_network(args.network).to(memory_format=torch.channels_last)
    optimizer = torch_nets.make_optimizer(args.network, net)
    loss_of = torch_nets.loss_function(args.network)
    epochs = []
    for epoch in range(1, args.epochs + 1):
        start = time.monotonic()
        loss, accuracy = run_epoch(net, optimizer, loss_of, train_batches(train_data, args.batch, rng, not args.no_augment))
        seconds = time.monotonic() - start
        val_loss, val_accuracy = run_epoch(net, None, loss_of, validation_batches(validation_data))
        epochs.append({"epoch": epoch, "loss": loss, "accuracy": accuracy, "val_loss": val_loss, "val_accuracy": val_accuracy})
        print(f"seed {seed} epoch {epoch}/{args.epochs} - {seconds:.1f}s - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
              f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}", flush=True)
    result = {"final_val_accuracy": epochs[-1]["val_accuracy"], "best_val_accuracy": max(e["val_accuracy"] for e in epochs), "seed": seed}
    print(json.dumps(result), flush=True)
    return {**result, "epochs": epochs}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="folder with train/CLASS/* and validation/CLASS/*")
    parser.add_argument("--network", default="catdog_original", choices=[n for n in torch_nets.INPUT_SIDE if n != "cifar10"])
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--no-augment", action="store_true")
    args = torch_nets.run_arguments(parser)
    if args.self_test:
        return self_test()
    side = torch_nets.INPUT_SIDE[args.network]
    loaded = []
    for part in ("train", "validation"):
        pixels, labels, names = pictures.load_folder(f"{args.data}/{part}", side)
        print(f"Found {len(labels)} images belonging to {len(names)} classes ({', '.join(names)}).")
        loaded.append((torch.from_numpy(pixels).permute(0, 3, 1, 2), torch.from_numpy(labels)))
    runs = [train(args, seed, *loaded) for seed in args.seeds]
    if args.json:
        with open(args.json, "w") as out:
            json.dump({"network": args.network, "epochs": args.epochs, "batch": args.batch, "augment": not args.no_augment,
                       "torch": torch.__version__, "runs": runs}, out, indent=1)


if __name__ == "__main__":
    main()
