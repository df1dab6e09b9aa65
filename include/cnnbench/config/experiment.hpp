// What to run: plain structs with Keras' and the field's usual names, and one field list each (see core/fields.hpp).
// Units are in the names or the field texts. No behaviour here: loading, checking and presets are beside this file.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cnnbench/core/fields.hpp"
#include "cnnbench/core/image.hpp"

namespace cnnbench {

enum class DataKind { folder, cifar10, drawn, synthetic };
enum class Interpolation { nearest, bilinear, area, cubic };
enum class DecodeMode { exact, fast };
enum class OnBadImage { error, skip };
enum class Exif { ignore, apply };
enum class Fallback { none, drawn };
enum class FillMode { nearest, reflect, wrap, constant };
enum class CacheMode { automatic, none, encoded, decoded, device };
enum class AugmentOn { automatic, cpu, device };
enum class AugmentBackend { opencv, fused };
enum class OptimizerKind { adam, sgd };
enum class ScheduleKind { none, step, cosine };
enum class Precision { automatic, float32, bfloat16 };
enum class GraphMode { automatic, on, off };
enum class GradientExchange { overlapped, after, none };
enum class Profile { automatic, tutorial };
enum class LayerType { conv, pool, dense, dropout, batch_norm, lrn, activation, flatten, residual };
enum class Activation { none, relu, leaky_relu, elu, gelu, silu, tanh, sigmoid, softmax };
enum class PoolKind { max, avg, global_avg, global_max };
enum class Padding { valid, same };
enum class Initializer { glorot_uniform, he_normal, truncated_normal };

#define CNNBENCH_ENUM(E, ...)                        \
  template <>                                        \
  struct EnumNames<E> {                              \
    using enum E;                                    \
    static constexpr std::array values{__VA_ARGS__}; \
  }
#define CNNBENCH_NAME(v)       \
  std::pair {                  \
    v, std::string_view { #v } \
  }
#define CNNBENCH_AUTO                      \
  std::pair {                              \
    automatic, std::string_view { "auto" } \
  }
CNNBENCH_ENUM(DataKind, CNNBENCH_NAME(folder), CNNBENCH_NAME(cifar10), CNNBENCH_NAME(drawn), CNNBENCH_NAME(synthetic));
CNNBENCH_ENUM(Interpolation, CNNBENCH_NAME(nearest), CNNBENCH_NAME(bilinear), CNNBENCH_NAME(area), CNNBENCH_NAME(cubic));
CNNBENCH_ENUM(DecodeMode, CNNBENCH_NAME(exact), CNNBENCH_NAME(fast));
CNNBENCH_ENUM(OnBadImage, CNNBENCH_NAME(error), CNNBENCH_NAME(skip));
CNNBENCH_ENUM(Exif, CNNBENCH_NAME(ignore), CNNBENCH_NAME(apply));
CNNBENCH_ENUM(Fallback, CNNBENCH_NAME(none), CNNBENCH_NAME(drawn));
CNNBENCH_ENUM(FillMode, CNNBENCH_NAME(nearest), CNNBENCH_NAME(reflect), CNNBENCH_NAME(wrap), CNNBENCH_NAME(constant));
CNNBENCH_ENUM(CacheMode, CNNBENCH_AUTO, CNNBENCH_NAME(none), CNNBENCH_NAME(encoded), CNNBENCH_NAME(decoded), CNNBENCH_NAME(device));
CNNBENCH_ENUM(AugmentOn, CNNBENCH_AUTO, CNNBENCH_NAME(cpu), CNNBENCH_NAME(device));
CNNBENCH_ENUM(AugmentBackend, CNNBENCH_NAME(opencv), CNNBENCH_NAME(fused));
CNNBENCH_ENUM(OptimizerKind, CNNBENCH_NAME(adam), CNNBENCH_NAME(sgd));
CNNBENCH_ENUM(ScheduleKind, CNNBENCH_NAME(none), CNNBENCH_NAME(step), CNNBENCH_NAME(cosine));
CNNBENCH_ENUM(Precision, CNNBENCH_AUTO, CNNBENCH_NAME(float32), CNNBENCH_NAME(bfloat16));
CNNBENCH_ENUM(GraphMode, CNNBENCH_AUTO, CNNBENCH_NAME(on), CNNBENCH_NAME(off));
CNNBENCH_ENUM(GradientExchange, CNNBENCH_NAME(overlapped), CNNBENCH_NAME(after), CNNBENCH_NAME(none));
CNNBENCH_ENUM(Profile, CNNBENCH_AUTO, CNNBENCH_NAME(tutorial));
CNNBENCH_ENUM(LayerType, CNNBENCH_NAME(conv), CNNBENCH_NAME(pool), CNNBENCH_NAME(dense), CNNBENCH_NAME(dropout),
              CNNBENCH_NAME(batch_norm), CNNBENCH_NAME(lrn), CNNBENCH_NAME(activation), CNNBENCH_NAME(flatten),
              CNNBENCH_NAME(residual));
CNNBENCH_ENUM(Activation, CNNBENCH_NAME(none), CNNBENCH_NAME(relu), CNNBENCH_NAME(leaky_relu), CNNBENCH_NAME(elu),
              CNNBENCH_NAME(gelu), CNNBENCH_NAME(silu), CNNBENCH_NAME(tanh), CNNBENCH_NAME(sigmoid), CNNBENCH_NAME(softmax));
CNNBENCH_ENUM(PoolKind, CNNBENCH_NAME(max), CNNBENCH_NAME(avg), CNNBENCH_NAME(global_avg), CNNBENCH_NAME(global_max));
CNNBENCH_ENUM(Padding, CNNBENCH_NAME(valid), CNNBENCH_NAME(same));
CNNBENCH_ENUM(Initializer, CNNBENCH_NAME(glorot_uniform), CNNBENCH_NAME(he_normal), CNNBENCH_NAME(truncated_normal));
#undef CNNBENCH_AUTO
#undef CNNBENCH_NAME
#undef CNNBENCH_ENUM

using Range = std::array<double, 2>;       // [low, high]
using PerChannel = std::array<double, 3>;  // red, green, blue

struct DataConfig {
  DataKind kind = DataKind::folder;
  std::string path{};
  ImageSize image_size = square(64);
  Interpolation interpolation = Interpolation::nearest;
  double validation_split = 0;
  DecodeMode decode = DecodeMode::exact;
  OnBadImage on_bad_image = OnBadImage::error;
  Exif exif = Exif::ignore;
  Fallback fallback = Fallback::none;
  int limit_train = 0, limit_validation = 0;
  int drawn_train = 2000, drawn_validation = 500;
  std::uint64_t drawn_seed = 1;
  int synthetic_classes = 2;
  static void fields(auto& c, auto&& field) {
    field("kind", c.kind,
          "folder: a folder per class; cifar10: the binary files; drawn: cats and dogs this program draws; synthetic: random "
          "pixels, no files");
    field("path", c.path,
          "where the pictures are: a folder with train/ and validation/, or with the class folders (then set validation_split)");
    field("image_size", c.image_size,
          "what pictures are resized to, pixels: the side of a square, or [height, width] (Keras' target_size)", Limits{4, 4096});
    field("interpolation", c.interpolation, "how pictures are resized (Keras' default: nearest); cubic is OpenCV's INTER_CUBIC");
    field("validation_split", c.validation_split, "first fraction of each class's sorted files used for validation, as in Keras",
          Limits{0, 0.95});
    field("decode", c.decode,
          "exact: every pixel as a full decode gives it; fast: JPEGs are decoded at a reduced scale where that suffices");
    field("on_bad_image", c.on_bad_image, "error: stop and name the file; skip: leave it out, count and list it");
    field(
        "exif", c.exif,
        "a photograph that was taken sideways: ignore: as its pixels lie (Keras' way); apply: turned as its EXIF orientation says");
    field("fallback", c.fallback,
          "drawn: where a shipped config's own folder of pictures is absent, draw some, loudly; a path of yours has to be there");
    field("limit_train", c.limit_train, "use at most this many training pictures, spread evenly over the classes; 0: all",
          Limits{0, 1e9});
    field("limit_validation", c.limit_validation, "use at most this many validation pictures, likewise; 0: all", Limits{0, 1e9});
    field("drawn_train", c.drawn_train, "training pictures that kind drawn makes", Limits{2, 1e6});
    field("drawn_validation", c.drawn_validation, "validation pictures that kind drawn makes", Limits{2, 1e6});
    field("drawn_seed", c.drawn_seed, "seed of kind drawn");
    field("synthetic_classes", c.synthetic_classes, "classes of kind synthetic", Limits{2, 100000});
  }
  bool operator==(const DataConfig&) const = default;
};

struct AugmentConfig {
  AugmentOn on = AugmentOn::automatic;
  AugmentBackend backend = AugmentBackend::opencv;
  double rotation_degrees = 0, width_shift = 0, height_shift = 0, shear_degrees = 0, zoom = 0;
  bool horizontal_flip = false, vertical_flip = false;
  double channel_shift = 0;
  std::optional<Range> brightness{};
  FillMode fill_mode = FillMode::nearest;
  double cval = 0;
  double rescale = 1.0 / 255;
  int crop = 0;
  double brightness_delta = 0;
  std::optional<Range> contrast{};
  bool standardize = false, samplewise_center = false, samplewise_std_normalization = false;
  std::optional<PerChannel> channel_mean{}, channel_std{};
  static void fields(auto& c, auto&& field) {
    field("on", c.on,
          "where pictures are warped: cpu: by the loader's workers; device: where the network is; auto: device with "
          "loader.cache=device, else cpu");
    field("backend", c.backend,
          "what the loader's workers warp with: opencv (cv::warpAffine, cv::flip, cv::LUT) or fused, this program's own kernel; on "
          "the device neither");
    field("rotation_degrees", c.rotation_degrees, "random rotation in [-r, r] degrees", Limits{0, 180});
    field("width_shift", c.width_shift, "random horizontal shift; below 1 a fraction of the width, from 1 on pixels",
          Limits{0, 4096});
    field("height_shift", c.height_shift, "random vertical shift; below 1 a fraction of the height, from 1 on pixels",
          Limits{0, 4096});
    field("shear_degrees", c.shear_degrees, "random shear in [-s, s] degrees (11.5 is the 0.2 radians of the 2017 tutorials)",
          Limits{0, 89});
    field("zoom", c.zoom, "random zoom of each axis in [1-z, 1+z]; below 1 magnifies", Limits{0, 0.99});
    field("horizontal_flip", c.horizontal_flip, "mirror left-right with probability 1/2");
    field("vertical_flip", c.vertical_flip, "mirror top-bottom with probability 1/2");
    field("channel_shift", c.channel_shift, "random value in [-c, c] added to all channels, clipped to the picture's own range",
          Limits{0, 255});
    field("brightness", c.brightness, "random factor in [low, high] (Keras' brightness_range)", Limits{0, 100});
    field("fill_mode", c.fill_mode, "what lies outside the picture");
    field("cval", c.cval, "value outside the picture with fill_mode constant", Limits{0, 255});
    field("rescale", c.rescale, "factor on the 0..255 pixels before the network, in training, validation and prediction",
          Limits{0, 1e6});
    field("crop", c.crop, "random crop of this side in training, central crop in evaluation; 0: none", Limits{0, 4096});
    field("brightness_delta", c.brightness_delta, "random value in [-b, b] added to the float pixels (the CIFAR-10 tutorial's 63)",
          Limits{0, 255});
    field("contrast", c.contrast, "random factor in [low, high] about each channel's mean (the CIFAR-10 tutorial's 0.2 to 1.8)",
          Limits{0, 100});
    field("standardize", c.standardize, "per picture: subtract the mean, divide by max(stddev, 1/sqrt(N)); replaces rescale");
    field("samplewise_center", c.samplewise_center, "per picture: subtract the mean, after rescale");
    field("samplewise_std_normalization", c.samplewise_std_normalization,
          "per picture: divide by the standard deviation + 1e-6, after rescale");
    field("channel_mean", c.channel_mean,
          "subtracted from red, green and blue, after rescale (Keras' featurewise_center; 'cnnbench data stats' computes it)",
          Limits{-1e6, 1e6});
    field("channel_std", c.channel_std, "divides red, green and blue after that (Keras' featurewise_std_normalization)",
          Limits{1e-6, 1e6});
  }
  bool operator==(const AugmentConfig&) const = default;
};

struct LoaderConfig {
  int workers = 0, batch_size = 32, max_queue_size = 10;
  CacheMode cache = CacheMode::automatic;
  bool shuffle = true;
  static void fields(auto& c, auto&& field) {
    field("workers", c.workers, "threads that decode and augment; 0 chooses", Limits{0, 1024});
    field("batch_size", c.batch_size, "pictures per step", Limits{1, 1 << 20});
    field("max_queue_size", c.max_queue_size, "batches made ahead at most", Limits{1, 4096});
    field("cache", c.cache,
          "none: read and decode every time; encoded: file bytes in memory; decoded: pixels in memory; device: pixels in the GPU's "
          "memory; auto: what fits");
    field("shuffle", c.shuffle, "a new order of the training pictures in every epoch");
  }
  bool operator==(const LoaderConfig&) const = default;
};

// One layer of a network. Which keys a type understands is checked in validate().
struct LayerConfig {
  LayerType type = LayerType::conv;
  int filters = 0, kernel = 3, stride = 0, dilation = 1, groups = 1;
  Padding padding = Padding::valid;
  bool use_bias = true;
  Activation activation = Activation::none;
  PoolKind pool = PoolKind::max;
  int size = 2;
  std::optional<int> units{};
  double rate = 0.5;
  int radius = 4;
  double bias = 1, alpha = 0.001 / 9, beta = 0.75, momentum = 0.99, epsilon = 1e-3;
  Initializer initializer = Initializer::glorot_uniform;
  double init_stddev = 0.05, bias_init = 0, weight_decay = 0;
  std::vector<LayerConfig> layers{};
  static void fields(auto& c, auto&& field) {
    field("type", c.type, "kind of layer");
    field("filters", c.filters, "conv: output channels", Limits{0, 65536});
    field("kernel", c.kernel, "conv: side of the kernel", Limits{1, 255});
    field("stride", c.stride, "conv (default 1), pool (default: size)", Limits{0, 255});
    field("dilation", c.dilation, "conv: distance of the kernel's taps", Limits{1, 255});
    field("groups", c.groups, "conv: groups of channels", Limits{1, 65536});
    field("padding", c.padding, "conv, pool: valid (none) or same (zeros, as TensorFlow pads)");
    field("use_bias", c.use_bias, "conv, dense: add a bias");
    field("activation", c.activation,
          "conv, dense, residual, activation: function applied last; the network's last one belongs to the loss: sigmoid or "
          "softmax is left out there, others are refused");
    field("pool", c.pool, "pool: kind");
    field("size", c.size, "pool: side of the window", Limits{1, 255});
    field("units", c.units, "dense: outputs; left out: what the classes need (1 for two classes)", Limits{1, 1 << 20});
    field("rate", c.rate, "dropout: fraction set to zero in training", Limits{0, 0.99});
    field("radius", c.radius, "lrn: channels on each side of the window", Limits{0, 1024});
    field("bias", c.bias, "lrn: constant k", Limits{1e-6, 1e6});
    field("alpha", c.alpha, "lrn: factor per element", Limits{0, 1e6});
    field("beta", c.beta, "lrn: exponent", Limits{0, 100});
    field("momentum", c.momentum, "batch_norm: share of the old running statistics (Keras' meaning)", Limits{0, 1});
    field("epsilon", c.epsilon, "batch_norm: added to the variance", Limits{0, 1});
    field("initializer", c.initializer, "conv, dense: distribution of the first weights");
    field("init_stddev", c.init_stddev, "conv, dense: sigma of truncated_normal", Limits{0, 100});
    field("bias_init", c.bias_init, "conv, dense: first value of the biases", Limits{-100, 100});
    field("weight_decay", c.weight_decay, "conv, dense: L2 on this layer's weights (gradient += this * weight)", Limits{0, 100});
    field("layers", c.layers, "residual: the layers of the branch");
  }
  bool operator==(const LayerConfig&) const = default;
};

struct ModelConfig {
  std::string preset{};
  std::vector<LayerConfig> layers{};
  int extra_convs = 30;
  static void fields(auto& c, auto&& field) {
    field("preset", c.preset,
          "a network by name: catdog_original, catdog_conv3, catdog_dropout, catdog_improved, catdog_deep, cifar10");
    field("layers", c.layers, "the network's layers one by one, instead of a preset");
    field("extra_convs", c.extra_convs, "catdog_deep: convolutions added after its first pool", Limits{0, 1000});
  }
  bool operator==(const ModelConfig&) const = default;
};

struct TrainConfig {
  std::string device = "auto";
  int epochs = 25, steps_per_epoch = 0, global_batch_size = 0;
  OptimizerKind optimizer = OptimizerKind::adam;
  double learning_rate = 1e-3, momentum = 0, weight_decay = 0;
  bool nesterov = false;
  ScheduleKind schedule = ScheduleKind::none;
  int learning_rate_batch = 0;
  double warmup_epochs = 0;
  int schedule_epochs = 0;
  double schedule_factor = 0.1, moving_average = 0;
  int early_stop_patience = 0;
  double target_accuracy = 0;
  Precision precision = Precision::float32;
  std::string convolution = "auto";
  GraphMode graph = GraphMode::automatic;
  GradientExchange exchange = GradientExchange::overlapped;
  bool sync_batch_norm = false;
  int threads = 0;
  std::uint64_t seed = 1;
  Profile profile = Profile::automatic;
  std::string checkpoint_every = "1 epoch";
  int keep_checkpoints = 1, validate_every = 1;
  static void fields(auto& c, auto&& field) {
    field("device", c.device, "auto, cpu, cuda, cuda:N, or several with commas: one run each");
    field("epochs", c.epochs, "passes to train", Limits{1, 1e6});
    field("steps_per_epoch", c.steps_per_epoch, "batches per epoch; 0: all pictures once", Limits{0, 1e9});
    field("global_batch_size", c.global_batch_size,
          "pictures of all ranks that one update of the weights sees: gradients of several batches are added up; 0: one batch, "
          "which is "
          "loader.batch_size pictures of all ranks",
          Limits{0, 1 << 24});
    field("optimizer", c.optimizer, "adam or sgd");
    field("learning_rate", c.learning_rate, "step size", Limits{0, 1e3});
    field("learning_rate_batch", c.learning_rate_batch,
          "pictures an update that learning_rate is meant for: of k times as many it is k times as large (linear scaling); 0: as "
          "it is",
          Limits{0, 1 << 24});
    field("warmup_epochs", c.warmup_epochs,
          "epochs in which the learning rate rises evenly: from learning_rate where learning_rate_batch scales it, else from zero",
          Limits{0, 1e6});
    field("momentum", c.momentum, "sgd: momentum", Limits{0, 1});
    field("weight_decay", c.weight_decay, "L2 on all weights (not on biases): gradient += this * weight", Limits{0, 100});
    field("nesterov", c.nesterov, "sgd: Nesterov momentum");
    field("schedule", c.schedule, "none; step: times schedule_factor every schedule_epochs; cosine: to zero over schedule_epochs");
    field("schedule_epochs", c.schedule_epochs, "step: epochs between two changes; cosine: length (0: all epochs)", Limits{0, 1e6});
    field("schedule_factor", c.schedule_factor, "step: factor of each change", Limits{0, 1});
    field("moving_average", c.moving_average, "decay of the weights' moving average used in evaluation; 0: off",
          Limits{0, 0.999999});
    field("early_stop_patience", c.early_stop_patience, "stop after this many validations without a better accuracy; 0: off",
          Limits{0, 1e6});
    field("target_accuracy", c.target_accuracy, "stop at this validation accuracy and report the time to it; 0: off", Limits{0, 1});
    field("precision", c.precision,
          "of convolutions and dense layers; auto measures a few steps of both on this machine and takes the faster");
    field("convolution", c.convolution,
          "convolutions, max pooling and LRN by our own operations or by libtorch's: auto measures both for each layer and takes "
          "the faster; own; library; own:conv_2+pool_3: own for these layers alone, as a result's `convolution` says what ran");
    field("graph", c.graph, "CUDA: record the step once as a CUDA graph and replay it; auto: where that works");
    field(
        "exchange", c.exchange,
        "of ranks: gradients are exchanged in buckets while the backward pass goes on (overlapped), all at once after it (after), "
        "or not at all (none: each rank trains a network of its own, which shows what the exchange costs)");
    field("sync_batch_norm", c.sync_batch_norm,
          "of ranks: batch normalization by the pictures of all ranks, as one process has it; off: by each rank's own");
    field("threads", c.threads, "compute threads on the CPU; 0: the usable cores", Limits{0, 4096});
    field("seed", c.seed, "of weights, order, augmentation and dropout");
    field(
        "profile", c.profile,
        "tutorial: as Keras ran in 2018 (1 worker, no cache, augmentation on the CPU, float32, plain steps); auto: as configured");
    field(
        "checkpoint_every", c.checkpoint_every,
        "how often the run's state and last.safetensors are written, beside the training: \"30 s\", \"200 steps\", \"1 epoch\"; a "
        "number counts epochs; 0: only when a signal ends it, and the weights at the end");
    field("keep_checkpoints", c.keep_checkpoints, "states of the run that are kept, the newest and those before it",
          Limits{1, 1000});
    field("validate_every", c.validate_every, "epochs between two validations; 0: only at the end; -1: none", Limits{-1, 1e6});
  }
  bool operator==(const TrainConfig&) const = default;
};

struct Experiment {
  std::string name{}, description{};
  DataConfig data{};
  AugmentConfig augment{};
  LoaderConfig loader{};
  ModelConfig model{};
  TrainConfig train{};
  static void fields(auto& c, auto&& field) {
    field("name", c.name, "what results and run folders are called; left out: the file's name");
    field("description", c.description, "one line for people");
    field("data", c.data, "the pictures");
    field("augment", c.augment, "what happens to a picture between decoder and network");
    field("loader", c.loader, "how batches are made");
    field("model", c.model, "the network");
    field("train", c.train, "how it is trained");
  }
  bool operator==(const Experiment&) const = default;
};

}  // namespace cnnbench
