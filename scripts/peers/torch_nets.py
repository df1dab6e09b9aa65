"""The networks of cnnbench's presets in plain PyTorch, initialized as Keras and the TensorFlow tutorial do, and the batch augmentations.

Inputs are float NCHW: cat/dog pixels times 1/255, CIFAR-10 standardized. Outputs are logits.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

INPUT_SIDE = {"catdog_original": 64, "catdog_conv3": 64, "catdog_dropout": 64, "catdog_improved": 128, "cifar10": 24}


def catdog(filters, side, dropout):
    layers, channels = [], 3
    for count in filters:
        layers += [nn.Conv2d(channels, count, 3), nn.ReLU(), nn.MaxPool2d(2)]
        channels, side = count, (side - 2) // 2
    layers += [nn.Flatten(), nn.Linear(channels * side * side, 128), nn.ReLU()]
    layers += [nn.Dropout(0.5)] if dropout else []
    net = nn.Sequential(*layers, nn.Linear(128, 1))
    for module in net.modules():  # Keras: glorot uniform (torch's xavier uses the same fans: k*k*in, k*k*out), zero biases
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(module.weight)
            nn.init.zeros_(module.bias)
    return net


class PoolSame(nn.Module):
    """3x3 stride 2 max pool with TensorFlow's SAME padding of an even side: one row and column, bottom and right, that never wins."""

    def forward(self, x):
        return F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=-math.inf), 3, 2)


class Cifar10(nn.Module):
    """TensorFlow's cifar10.py. LRN: radius 4, bias 1, 0.001/9 per element, beta 0.75 (torch divides alpha by the window of 9)."""

    def __init__(self):
        super().__init__()
        lrn = {"size": 9, "alpha": 0.001, "beta": 0.75, "k": 1.0}
        self.net = nn.Sequential(
            nn.Conv2d(3, 64, 5, padding=2), nn.ReLU(), PoolSame(), nn.LocalResponseNorm(**lrn),
            nn.Conv2d(64, 64, 5, padding=2), nn.ReLU(), nn.LocalResponseNorm(**lrn), PoolSame(),
            nn.Flatten(), nn.Linear(6 * 6 * 64, 384), nn.ReLU(), nn.Linear(384, 192), nn.ReLU(), nn.Linear(192, 10),
        )
        weighted = [m for m in self.net if isinstance(m, (nn.Conv2d, nn.Linear))]
        for module, sigma, bias in zip(weighted, (0.05, 0.05, 0.04, 0.04, 1 / 192), (0.0, 0.1, 0.1, 0.1, 0.0)):
            nn.init.trunc_normal_(module.weight, std=sigma, a=-2 * sigma, b=2 * sigma)  # TensorFlow cuts at two sigma
            nn.init.constant_(module.bias, bias)
        self.decayed = [weighted[2].weight, weighted[3].weight]

    def forward(self, x):
        return self.net(x)

    def parameter_groups(self):
        """L2 of 0.004 * sum(w^2) / 2 on the two hidden dense layers: a gradient of 0.004 * w."""
        ids = {id(p) for p in self.decayed}
        return [{"params": [p for p in self.parameters() if id(p) not in ids]}, {"params": self.decayed, "weight_decay": 0.004}]


def make_network(name):
    if name == "cifar10":
        return Cifar10()
    nets = {"catdog_original": ([32, 32], False), "catdog_conv3": ([32, 32, 64], False),
            "catdog_dropout": ([32, 32, 64], True), "catdog_improved": ([64] * 4, True)}
    filters, dropout = nets[name]
    return catdog(filters, INPUT_SIDE[name], dropout)


def make_optimizer(name, net, fused=False):
    if name == "cifar10":
        return torch.optim.SGD(net.parameter_groups(), lr=0.1, fused=fused)
    return torch.optim.Adam(net.parameters(), lr=1e-3, eps=1e-7, fused=fused)  # Keras' epsilon


def loss_function(name):
    return nn.CrossEntropyLoss() if name == "cifar10" else lambda logits, labels: F.binary_cross_entropy_with_logits(logits.flatten(), labels.float())


def augment_catdog(pixels, matrix, flip):
    """uint8 NCHW -> float NCHW in 0..1, by the affines of pictures.draw_affines.

    With align_corners=True grid_sample's coordinates run from -1 to 1 between the outer pixels' centres, so their origin is
    size/2 - 0.5 and a square picture's matrix needs no change; the flip comes last, so it mirrors the output's x.
    """
    theta = torch.zeros(len(pixels), 2, 3)
    theta[:, :, :2] = torch.from_numpy(matrix)
    theta[torch.from_numpy(flip), :, 0] *= -1
    grid = F.affine_grid(theta, list(pixels.shape), align_corners=True)
    return F.grid_sample(pixels.float() / 255, grid, mode="bilinear", padding_mode="border", align_corners=True)


def standardize(x):
    n = x[0].numel()
    mean = x.mean((1, 2, 3), keepdim=True)
    deviation = x.std((1, 2, 3), unbiased=False, keepdim=True)
    return (x - mean) / deviation.clamp_min(1 / math.sqrt(n))


def augment_cifar10(pixels, generator):
    """uint8 N x 3 x 32 x 32 -> float N x 3 x 24 x 24: crop, flip, brightness, contrast, standardization, as in the tutorial."""
    n = len(pixels)
    top, left = (torch.randint(0, 9, (n, 1), generator=generator) for _ in range(2))
    rows = top + torch.arange(24)
    columns = left + torch.arange(24)
    flip = torch.rand(n, 1, generator=generator) < 0.5
    columns = torch.where(flip, columns.flip(1), columns)
    x = pixels[torch.arange(n)[:, None, None], :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2).float()
    x = x + torch.empty(n, 1, 1, 1).uniform_(-63, 63, generator=generator)
    factor = torch.empty(n, 1, 1, 1).uniform_(0.2, 1.8, generator=generator)
    mean = x.mean((2, 3), keepdim=True)
    return standardize((x - mean) * factor + mean)


def run_arguments(parser):
    """The arguments that both yardsticks (accuracy, loss curve) have beside their own; sets the compute threads."""
    parser.add_argument("--seeds", type=lambda text: [int(s) for s in text.split(",")], default=[1, 2, 3])
    parser.add_argument("--threads", type=int, default=0, help="compute threads; 0: torch's choice")
    parser.add_argument("--json", metavar="OUT")
    parser.add_argument("--self-test", action="store_true")
    args = parser.parse_args()
    if not args.data and not args.self_test:
        parser.error("--data is needed")
    if args.threads:
        torch.set_num_threads(args.threads)
    return args
