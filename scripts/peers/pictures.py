"""Pictures for the peers, with numpy and Pillow only: reading, and the Keras augmentation as plain, slow, exact loops.

reference.md's semantics: nearest resize before augmentation; one inverse affine (shear, then zoom) about size/2 - 0.5 in pixels,
bilinear, border pixels repeated; then a horizontal flip. Nothing here is fast; the frameworks' own versions are checked against it.
"""

import pathlib

import numpy as np
from PIL import Image

SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".tif", ".tiff"}
SHEAR_DEGREES = 11.5  # 0.2 radians
ZOOM = 0.2


def list_folder(folder):
    """(files, labels, class names); classes are the sorted folder names, files sorted within each."""
    folder = pathlib.Path(folder)
    if not folder.is_dir():
        raise SystemExit(f"error: {folder} is not a folder; pass --data DIR with train/CLASS/*.jpg and validation/CLASS/*.jpg")
    names = sorted(p.name for p in folder.iterdir() if p.is_dir())
    files, labels = [], []
    for label, name in enumerate(names):
        found = sorted(p for p in (folder / name).iterdir() if p.suffix.lower() in SUFFIXES)
        files += found
        labels += [label] * len(found)
    if len(names) != 2 or not files:
        raise SystemExit(f"error: {folder} must hold two class folders with pictures; it holds {len(names)} with {len(files)}")
    return files, np.asarray(labels, np.int64), names


def read_picture(file, size, draft=False):
    """uint8 HWC RGB at size x size. draft: let the JPEG decoder work at the smallest scale that is not below size."""
    with Image.open(file) as image:
        if draft:
            image.draft("RGB", (size, size))
        return np.asarray(image.convert("RGB").resize((size, size), Image.Resampling.NEAREST))


def load_folder(folder, size):
    """The whole folder decoded once: (uint8 NHWC, int64 labels)."""
    files, labels, names = list_folder(folder)
    pixels = np.empty((len(files), size, size, 3), np.uint8)
    for i, file in enumerate(files):
        pixels[i] = read_picture(file, size)
    return pixels, labels, names


def draw_affines(rng, n, shear_degrees=SHEAR_DEGREES, zoom=ZOOM):
    """n inverse maps (n, 2, 2) of (x, y) about the centre, drawn as Keras draws them, and n flips."""
    shear = np.deg2rad(rng.uniform(-shear_degrees, shear_degrees, n))
    zx = rng.uniform(1 - zoom, 1 + zoom, n)
    zy = rng.uniform(1 - zoom, 1 + zoom, n)
    flip = rng.random(n) < 0.5
    matrix = np.zeros((n, 2, 2), np.float32)
    matrix[:, 0, 0] = zx
    matrix[:, 0, 1] = -np.sin(shear) * zy
    matrix[:, 1, 1] = np.cos(shear) * zy
    return matrix, flip


def warp_reference(picture, matrix, flip):
    """One picture, HWC uint8 -> HWC float64, by loops that can be read against reference.md."""
    height, width, channels = picture.shape
    centre_x, centre_y = width / 2 - 0.5, height / 2 - 0.5
    source = picture.astype(np.float64)
    out = np.empty(picture.shape, np.float64)
    for row in range(height):
        for column in range(width):
            x, y = column - centre_x, row - centre_y
            in_x = min(max(matrix[0, 0] * x + matrix[0, 1] * y + centre_x, 0.0), width - 1.0)
            in_y = min(max(matrix[1, 0] * x + matrix[1, 1] * y + centre_y, 0.0), height - 1.0)
            x0, y0 = int(in_x), int(in_y)
            x1, y1 = min(x0 + 1, width - 1), min(y0 + 1, height - 1)
            fx, fy = in_x - x0, in_y - y0
            top = source[y0, x0] * (1 - fx) + source[y0, x1] * fx
            bottom = source[y1, x0] * (1 - fx) + source[y1, x1] * fx
            out[row, width - 1 - column if flip else column] = top * (1 - fy) + bottom * fy
    return out


def read_cifar10(folder, names):
    """(uint8 NCHW, int64 labels) of files in CIFAR-10's binary format."""
    pixels, labels = [], []
    for name in names:
        file = pathlib.Path(folder) / name
        if not file.is_file() or file.stat().st_size != 10000 * 3073:
            raise SystemExit(f"error: {file} is not a CIFAR-10 binary file of 30,730,000 bytes; pass --data DIR with the binary version")
        records = np.fromfile(file, np.uint8).reshape(10000, 3073)
        labels.append(records[:, 0].astype(np.int64))
        pixels.append(records[:, 1:].reshape(10000, 3, 32, 32))
    return np.concatenate(pixels), np.concatenate(labels)
