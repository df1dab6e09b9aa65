// What a reader of a result's numbers must know, as one line each. In files a taint is its text; here is the one list of the texts,
// by which they are written (taint<Taint::stolen>(12.0)) and known again (read_taint), those of earlier versions too. Which of them
// are disturbances: disturbance.hpp. A taint that is in no list (why pictures were drawn, why a GPU was not used) is a fact in free
// words.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cnnbench {

enum class Taint {
  debug_build,
  sanitizer_build,
  not_exchanged,
  ranks_share_cores,
  traced,
  resumed,
  resumed_otherwise,
  skipped_pictures,
  tf32,
  first_epoch_only,
  little_counted,
  unsettled,
  too_few_steps,
  paused,
  busy,
  stolen,
  cpu_quota,
  gpu_held_back,
  gpu_power_limit,
  gpu_shared,
  gpu_slice,
  gpu_telemetry_lost,
  short_energy_windows,
  changed,
  mixed_settings,
  remedy_not_measured,
  alone_not_measured,
  library_not_measured,
  apart_not_measured,
};

struct TaintText {
  Taint kind;
  std::string_view text;  // for fmt::format: {:...} is a number, {} is words
};

// The first text of a kind is what is written, further ones are what earlier versions wrote.
inline constexpr std::array taint_texts{
    TaintText{Taint::debug_build, "debug build"},
    TaintText{Taint::sanitizer_build, "sanitizer build"},
    TaintText{Taint::not_exchanged, "the ranks exchanged no gradients (train.exchange=none): each trained a network of its own"},
    TaintText{Taint::ranks_share_cores, "{:d} compute threads of {:d} ranks shared {}"},
    TaintText{Taint::traced, "some steps were traced, which slows them"},
    TaintText{Taint::resumed, "resumed in epoch {:d} after step {:d}{}: each start's warm-up is in its images/s"},
    TaintText{Taint::resumed_otherwise, "resumed where it need not compute the same: {}"},
    TaintText{Taint::skipped_pictures, "{:d} bad pictures skipped"},
    TaintText{Taint::tf32, "float32 convolutions use TF32"},
    TaintText{Taint::first_epoch_only, "first epoch only: its images/s include warm-up and decoding"},
    TaintText{Taint::first_epoch_only, "one epoch only: its images/s include the first steps' warm-up and decoding"},
    TaintText{Taint::little_counted, "only {:.2g} s of training were counted"},
    TaintText{Taint::unsettled, "the speed did not settle: late in the measurement it still changed by {:.0f} %"},
    TaintText{Taint::too_few_steps, "too few steps to see whether the speed settled"},
    TaintText{Taint::paused, "paused for {:.1f} s (stopped, or the machine suspended): caches and clocks may differ since"},
    TaintText{Taint::busy, "the machine was busy: other processes used {:.0f} % of the cores"},
    TaintText{Taint::stolen, "the hypervisor gave {:.0f} % of the cores' time to others"},
    TaintText{Taint::cpu_quota, "the CPU quota held threads back for {:.1f} s of {:.1f} s"},
    TaintText{Taint::cpu_quota, "the CPU quota held threads back for {:.1f} s"},
    TaintText{Taint::gpu_held_back, "the GPU's clocks were held back in {:.0f} % of the samples: {}"},
    TaintText{Taint::gpu_power_limit, "the GPU's power limit was {:.0f} W, its default is {:.0f} W"},
    TaintText{Taint::gpu_shared, "{:d} other {} computed on the GPU{}"},
    TaintText{Taint::gpu_slice,
              "the GPU is a slice (MIG): power, energy, temperature and clocks are the whole board's, its other slices included"},
    TaintText{Taint::gpu_telemetry_lost, "the GPU's telemetry broke off during the run"},
    TaintText{Taint::short_energy_windows,
              "images per joule come from epochs as short as {:.2f} s, and the GPU's counter moves every 0.1 s"},
    TaintText{Taint::changed, "the checksum of {} is {}: it was changed after it was written"},
    TaintText{Taint::mixed_settings, "the repetitions are of different settings: {}"},
    TaintText{Taint::remedy_not_measured, "the remedy could not be measured: {}"},
    TaintText{Taint::alone_not_measured, "a speed alone could not be measured: {}"},
    TaintText{Taint::library_not_measured, "the speed with libtorch's operations alone could not be measured: {}"},
    TaintText{Taint::apart_not_measured, "the speed of ranks that exchange nothing could not be measured: {}"},
};

constexpr std::string_view taint_text(Taint kind) {
  for (const TaintText& t : taint_texts)
    if (t.kind == kind) return t.text;
  return "";
}

template <Taint kind, class... Args>
std::string taint(const Args&... args) {
  static_assert(!taint_text(kind).empty(), "every kind has a text");
  return fmt::format(fmt::format_string<const Args&...>(taint_text(kind)), args...);
}

// What not every repetition of a cell had: "debug build (in 1 of 2 repetitions)".
std::string taint_of_some(const std::string& taint, std::size_t repetitions, std::size_t of);

struct ReadTaint {
  std::optional<Taint> kind{};  // nullopt: free words
  std::string text{};           // without "(in 1 of 2 repetitions)"
  std::vector<double> numbers{};
  // Equal where two say the same: measured figures do not count; a power limit that somebody set, and which file it is, do.
  std::string says{};
};
ReadTaint read_taint(std::string_view taint);

}  // namespace cnnbench
