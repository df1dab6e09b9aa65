#!/usr/bin/env python3
"""One peer's augmentation of pictures in memory, on one core and one thread; one JSON line on stdout.

Tasks: affine (shear in +-11.5 degrees, zoom in 0.8 to 1.2, horizontal flip; edge pixels repeated where the library can) and cifar (a crop of 24 from
32, horizontal flip, brightness, contrast). Each library does them with its own transforms, as its documentation has them; what is drawn differs in
detail (Keras' zoom is one number an axis, torchvision's one for both), the work does not. Pictures: uint8 arrays of the size asked for.
"""

import argparse
import importlib.metadata
import json
import os
import time

PEERS = {}


def peer(name, *packages):
    def register(make):
        PEERS[name] = (make, packages)
        return make
    return register


@peer("torchvision", "torchvision", "torch")
def torchvision_v2(task, pixels):
    import torch
    from torchvision.transforms import v2
    torch.set_num_threads(1)
    pictures = [torch.from_numpy(p.copy()).permute(2, 0, 1).contiguous() for p in pixels]
    if task == "affine":
        transform = v2.Compose([v2.RandomAffine(0, shear=(-11.5, 11.5), scale=(0.8, 1.2), interpolation=v2.InterpolationMode.BILINEAR),
                                v2.RandomHorizontalFlip()])
    else:
        transform = v2.Compose([v2.RandomCrop(24), v2.RandomHorizontalFlip(), v2.ColorJitter(brightness=0.25, contrast=(0.2, 1.8))])

    def batch(begin):
        return torch.stack([transform(pictures[(begin + i) % len(pictures)]) for i in range(32)])
    return batch


@peer("albumentations", "albumentations", "opencv-python-headless")
def albumentations(task, pixels):
    os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
    import albumentations as A
    import cv2
    import numpy as np
    cv2.setNumThreads(1)
    if task == "affine":
        transform = A.Compose([A.Affine(shear=(-11.5, 11.5), scale=(0.8, 1.2), border_mode=cv2.BORDER_REPLICATE, p=1), A.HorizontalFlip(p=0.5)])
    else:
        transform = A.Compose([A.RandomCrop(24, 24), A.HorizontalFlip(p=0.5), A.RandomBrightnessContrast(0.25, 0.8, p=1)])

    def batch(begin):
        return np.stack([transform(image=pixels[(begin + i) % len(pixels)])["image"] for i in range(32)])
    return batch


@peer("keras-generator", "keras", "tensorflow-cpu", "scipy")
def keras_generator(task, pixels):
    from keras.src.legacy.preprocessing.image import ImageDataGenerator
    import numpy as np
    if task != "affine":
        raise SystemExit("ImageDataGenerator has neither a crop nor a contrast")
    generator = ImageDataGenerator(shear_range=11.5, zoom_range=0.2, horizontal_flip=True)
    flow = generator.flow(np.asarray(pixels), batch_size=32, shuffle=False)
    return lambda begin: next(flow)


@peer("tf", "keras", "tensorflow-cpu")
def tensorflow(task, pixels):
    """tf.image for cifar, as the tutorial did; Keras' layers for affine, on whole batches, which is their fast way."""
    import numpy as np
    import tensorflow as tf
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    import keras
    data = tf.data.Dataset.from_tensor_slices(np.asarray(pixels)).repeat()
    if task == "affine":
        fill = {"fill_mode": "nearest", "interpolation": "bilinear"}
        model = keras.Sequential([keras.layers.RandomShear(x_factor=0.2, **fill), keras.layers.RandomZoom(0.2, 0.2, **fill), keras.layers.RandomFlip("horizontal")])
        data = data.batch(32, drop_remainder=True).map(lambda x: model(tf.cast(x, tf.float32), training=True))
    else:
        def augment(x):
            x = tf.image.random_flip_left_right(tf.image.random_crop(tf.cast(x, tf.float32), (24, 24, 3)))
            return tf.image.random_contrast(tf.image.random_brightness(x, 63), 0.2, 1.8)
        data = data.map(augment).batch(32)
    options = tf.data.Options()
    options.threading.private_threadpool_size = 1
    options.threading.max_intra_op_parallelism = 1
    batches = iter(data.with_options(options))
    return lambda begin: next(batches)


def load(folder, side, count):
    import numpy as np
    from PIL import Image
    files = sorted(os.path.join(root, f) for root, _, names in os.walk(folder) for f in names if f.lower().endswith((".jpg", ".jpeg", ".png")))
    if not files:
        raise SystemExit(f"error: no pictures in {folder}")
    chosen = [files[i * len(files) // count] for i in range(min(count, len(files)))]
    return [np.asarray(Image.open(f).convert("RGB").resize((side, side), Image.Resampling.NEAREST)) for f in chosen]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", choices=sorted(PEERS))
    parser.add_argument("task", choices=["affine", "cifar"])
    parser.add_argument("--side", type=int, required=True)
    parser.add_argument("--data", required=True, help="a folder with pictures in it, at any depth")
    parser.add_argument("--seconds", type=float, default=3)
    args = parser.parse_args()
    make, packages = PEERS[args.peer]
    pixels = load(args.data, args.side, 256)
    batch = make(args.task, pixels)
    begin = warm = time.perf_counter()
    done = 0
    while warm - begin < min(1.0, args.seconds):  # what is compiled or cached on the way
        made = batch(done)
        done += 32
        warm = time.perf_counter()
    out = 24 if args.task == "cifar" else args.side
    assert tuple(made.shape) in ((32, out, out, 3), (32, 3, out, out)), made.shape
    count, now = 0, warm
    while now - warm < args.seconds:
        batch(count)
        count += 32
        now = time.perf_counter()
    print(json.dumps({"images_per_second": count / (now - warm), "versions": {p: importlib.metadata.version(p) for p in packages}}), flush=True)


if __name__ == "__main__":
    main()
