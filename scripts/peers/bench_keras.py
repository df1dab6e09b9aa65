#!/usr/bin/env python3
"""One measurement of Keras with TensorFlow on the CPU: fit(), an input pipeline, or both; one JSON line on stdout.

settings (all optional): input ("generator": the legacy ImageDataGenerator; "tfdata": the default), jit (XLA: true, the default, or
false), bfloat16 (mixed_bfloat16), steps_per_execution, threads (TensorFlow's intra-op), workers (the generator's threads, 1 by
default) and processes (true: processes instead of threads). tf.data leaves out each epoch's last short batch, which saves XLA a second
shape. live-cached and loader-cached keep the decoded pictures: tf.data's cache() behind the decoder, or an array that
ImageDataGenerator.flow() takes batches from. No metrics are computed but the loss.
--self-test (with any --network and --mode) checks both augmentations against plain loops.
"""

import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf

import meter
import pictures

SIDE = {"catdog_original": 64, "catdog_improved": 128, "cifar10": 24}
AUTO = tf.data.AUTOTUNE
layers = keras.layers


def make_network(name):
    if name == "cifar10":
        return make_cifar10()
    filters = [32, 32] if name == "catdog_original" else [64] * 4
    body = [layer for count in filters for layer in (layers.Conv2D(count, 3, activation="relu"), layers.MaxPooling2D())]
    head = [layers.Flatten(), layers.Dense(128, activation="relu")] + ([layers.Dropout(0.5)] if name == "catdog_improved" else [])
    return keras.Sequential([keras.Input((SIDE[name], SIDE[name], 3)), *body, *head, layers.Dense(1, dtype="float32")])


def make_cifar10():
    def normal(sigma):
        return keras.initializers.TruncatedNormal(stddev=sigma)

    def lrn():
        return layers.Lambda(lambda x: tf.nn.local_response_normalization(x, depth_radius=4, bias=1.0, alpha=0.001 / 9, beta=0.75))

    def conv(bias):
        return layers.Conv2D(64, 5, padding="same", activation="relu", kernel_initializer=normal(0.05), bias_initializer=keras.initializers.Constant(bias))

    def dense(units):
        return layers.Dense(units, activation="relu", kernel_initializer=normal(0.04), bias_initializer=keras.initializers.Constant(0.1),
                            kernel_regularizer=keras.regularizers.L2(0.002))  # 0.004 * sum(w^2) / 2

    pool = {"pool_size": 3, "strides": 2, "padding": "same"}
    return keras.Sequential([keras.Input((24, 24, 3)), conv(0.0), layers.MaxPooling2D(**pool), lrn(), conv(0.1), lrn(), layers.MaxPooling2D(**pool),
                             layers.Flatten(), dense(384), dense(192), layers.Dense(10, kernel_initializer=normal(1 / 192), dtype="float32")])


def make_model(args):
    settings = args.settings
    if settings.get("bfloat16"):
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
    keras.utils.set_random_seed(1)
    model = make_network(args.network)
    cifar10 = args.network == "cifar10"
    model.compile(optimizer=keras.optimizers.SGD(0.1) if cifar10 else keras.optimizers.Adam(1e-3),
                  loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True) if cifar10 else keras.losses.BinaryCrossentropy(from_logits=True),
                  jit_compile=settings.get("jit", True), steps_per_execution=settings.get("steps_per_execution", 1))
    return model


def decode(file, side, fast):
    """uint8 side x side x 3. fast: the JPEG decoder's own scaling by 2, 4 or 8, where the shorter side stays large enough."""
    data = tf.io.read_file(file)
    if fast:
        shorter = tf.reduce_min(tf.io.extract_jpeg_shape(data)[:2])
        index = sum(tf.cast(shorter >= side * ratio, tf.int32) for ratio in (2, 4, 8))
        image = tf.switch_case(index, [lambda r=r: tf.io.decode_jpeg(data, channels=3, ratio=r) for r in (1, 2, 4, 8)])
    else:
        image = tf.io.decode_jpeg(data, channels=3)
    return tf.cast(tf.ensure_shape(tf.image.resize(image, (side, side), method="nearest"), (side, side, 3)), tf.uint8)


def warp(pixels, matrix, flip):
    """uint8 NHWC -> float NHWC in 0..1 by the inverse maps of pictures.draw_affines, in pixel coordinates about size/2 - 0.5."""
    side = pixels.shape[1]
    centre = (side - 1) / 2
    sign = tf.where(flip, -1.0, 1.0)  # the flip comes last: it mirrors the output's x about the centre
    a0, a1, b0, b1 = matrix[:, 0, 0] * sign, matrix[:, 0, 1], matrix[:, 1, 0] * sign, matrix[:, 1, 1]
    zero = tf.zeros_like(a0)
    rows = tf.stack([a0, a1, centre * (1 - a0 - a1), b0, b1, centre * (1 - b0 - b1), zero, zero], axis=1)
    warped = tf.raw_ops.ImageProjectiveTransformV3(images=tf.cast(pixels, tf.float32), transforms=rows, output_shape=(side, side), fill_value=0.0,
                                                   interpolation="BILINEAR", fill_mode="NEAREST")
    return warped / 255.0


def augment_catdog(pixels, labels):
    n = tf.shape(pixels)[0]
    shear = tf.random.uniform((n,), -1, 1) * np.deg2rad(pictures.SHEAR_DEGREES)
    zx, zy = (tf.random.uniform((n,), 1 - pictures.ZOOM, 1 + pictures.ZOOM) for _ in range(2))
    matrix = tf.stack([tf.stack([zx, -tf.sin(shear) * zy], 1), tf.stack([tf.zeros_like(zx), tf.cos(shear) * zy], 1)], 1)
    return warp(pixels, matrix, tf.random.uniform((n,)) < 0.5), labels


def augment_cifar10(image, label):
    image = tf.cast(tf.image.random_crop(image, (24, 24, 3)), tf.float32)
    image = tf.image.random_contrast(tf.image.random_brightness(tf.image.random_flip_left_right(image), 63), 0.2, 1.8)
    return tf.image.per_image_standardization(image), label


def tfdata(args):
    """(dataset of one epoch, its batches' sizes)"""
    if args.network == "cifar10":
        names = sorted(p.name for p in pathlib.Path(args.data).glob("data_batch_*.bin"))
        pixels, labels = pictures.read_cifar10(args.data, names)
        chosen = meter.spread_evenly(len(labels), args.pictures)
        data = tf.data.Dataset.from_tensor_slices((pixels[chosen].transpose(0, 2, 3, 1), labels[chosen]))
        data = data.shuffle(len(chosen)).map(augment_cifar10, AUTO, deterministic=False).batch(args.batch, drop_remainder=True)
    else:
        files, labels, _ = pictures.list_folder(f"{args.data}/train")
        chosen = meter.spread_evenly(len(files), args.pictures)
        data = tf.data.Dataset.from_tensor_slices(([str(files[i]) for i in chosen], labels[chosen]))
        cached = args.mode.endswith("cached")
        data = data if cached else data.shuffle(len(chosen))
        data = data.map(lambda f, l: (decode(f, SIDE[args.network], args.decode == "fast"), l), AUTO, deterministic=False)
        data = data.cache().shuffle(len(chosen)) if cached else data
        data = data.batch(args.batch, drop_remainder=True).map(augment_catdog, AUTO, deterministic=False)
    return data.prefetch(AUTO), [args.batch] * (len(chosen) // args.batch)


def generator(args):
    if args.network == "cifar10":
        raise SystemExit("error: ImageDataGenerator cannot crop, so it has no pipeline for the CIFAR-10 tutorial")
    if args.decode == "fast":
        raise SystemExit("error: ImageDataGenerator always decodes in full")
    source = tf.keras.preprocessing.image.ImageDataGenerator(rescale=1 / 255, shear_range=pictures.SHEAR_DEGREES, zoom_range=pictures.ZOOM, horizontal_flip=True)
    side = SIDE[args.network]
    if args.mode.endswith("cached"):
        files, labels, _ = pictures.list_folder(f"{args.data}/train")
        chosen = meter.spread_evenly(len(files), args.pictures)
        data = source.flow(np.stack([pictures.read_picture(files[i], side) for i in chosen]), labels[chosen], batch_size=args.batch)
    else:
        data = source.flow_from_directory(f"{args.data}/train", (side, side), batch_size=args.batch, class_mode="binary")
        if args.pictures:
            chosen = meter.spread_evenly(data.n, args.pictures)
            data._filepaths, data.classes = [data._filepaths[i] for i in chosen], data.classes[chosen]
            data.n = data.samples = len(chosen)
    data.workers, data.use_multiprocessing = args.settings.get("workers", 1), bool(args.settings.get("processes"))
    return data, [min(args.batch, data.n - i) for i in range(0, data.n, args.batch)]


class Stop(Exception):
    pass


class Watch(keras.callbacks.Callback):
    """Tells the clock of each execution's end; the loss is looked at once, at the end."""

    def __init__(self, clock, sizes):
        super().__init__()
        self.clock, self.sizes, self.done, self.loss = clock, sizes, 0, None

    def on_train_batch_end(self, batch, logs=None):
        pictures_done = sum(self.sizes[i % len(self.sizes)] for i in range(self.done, batch + 1))
        self.loss = logs["loss"]
        steps, self.done = batch + 1 - self.done, batch + 1
        if self.clock.step(pictures_done, steps):
            raise Stop

    def on_epoch_end(self, epoch, logs=None):
        self.done = 0
        if self.clock.epoch_end():
            raise Stop


def run_fit(args, clock):
    if args.mode == "synthetic":
        side, cifar10 = SIDE[args.network], args.network == "cifar10"
        x, labels = tf.random.uniform((args.batch, side, side, 3)), tf.random.uniform((args.batch,), 0, 10 if cifar10 else 2, tf.int32)
        data, sizes, epoch_steps = tf.data.Dataset.from_tensors((x, labels)).repeat(), [args.batch], 1_000_000
    else:
        data, sizes = (generator if args.settings.get("input") == "generator" else tfdata)(args)
        epoch_steps = None
    watch = Watch(clock, sizes)
    try:
        make_model(args).fit(data, epochs=1_000_000, steps_per_epoch=epoch_steps, verbose=0, callbacks=[watch])
    except Stop:
        pass
    if not np.isfinite(float(watch.loss)):
        raise SystemExit("error: the loss is not finite, so the measured step is not a training step")


def run_loader(args, clock):
    if args.settings.get("input") == "generator":
        from keras.src.trainers.data_adapters.py_dataset_adapter import PyDatasetAdapter  # what fit() puts around a generator

        source, sizes = generator(args)
        adapter = PyDatasetAdapter(source, shuffle=False)

        def one_epoch():
            adapter.on_epoch_begin()
            yield from adapter.get_numpy_iterator()
            adapter.on_epoch_end()
    else:
        data, sizes = tfdata(args)

        def one_epoch():
            return iter(data)
    while True:
        for (_, labels), wanted in zip(one_epoch(), sizes, strict=True):
            assert len(labels) == wanted
            if clock.step(wanted):
                return
        if clock.epoch_end():
            return


def self_test():
    rng = np.random.default_rng(5)
    batch = rng.integers(0, 256, (8, 64, 64, 3), np.uint8)
    matrix, flip = pictures.draw_affines(rng, len(batch))
    fast = warp(tf.constant(batch), tf.constant(matrix), tf.constant(flip)).numpy()
    apply_affine = keras.src.legacy.preprocessing.image.apply_affine_transform
    worst = {"tf.data": 0.0, "ImageDataGenerator": 0.0}
    for i, picture in enumerate(batch):
        slow = pictures.warp_reference(picture, matrix[i], flip[i])
        zx, shear = matrix[i, 0, 0], np.arctan2(-matrix[i, 0, 1], matrix[i, 1, 1])
        legacy = apply_affine(picture.astype(np.float32), shear=np.rad2deg(shear), zx=zx, zy=matrix[i, 1, 1] / np.cos(shear), row_axis=0, col_axis=1, channel_axis=2)
        legacy = legacy[:, ::-1] if flip[i] else legacy
        worst["tf.data"] = max(worst["tf.data"], np.abs(fast[i] - slow / 255).max())
        worst["ImageDataGenerator"] = max(worst["ImageDataGenerator"], np.abs(legacy - slow).max() / 255)
    print("largest difference from the loops, of 1:", {k: f"{v:.1e}" for k, v in worst.items()})
    assert max(worst.values()) < 1e-3


def main():
    if "--self-test" in sys.argv:
        return self_test()
    args = meter.arguments(__doc__)
    if args.settings.get("threads"):
        tf.config.threading.set_intra_op_parallelism_threads(args.settings["threads"])
    clock = meter.make_meter(args)
    (run_loader if args.mode.startswith("loader") else run_fit)(args, clock)
    meter.report(clock, args, {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__})


if __name__ == "__main__":
    main()
