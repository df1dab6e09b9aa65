// What holds a run back, from what was measured: docs/measuring.md, "How to read a verdict". Pure; of a run and of a row alike.
#pragma once

#include <array>
#include <string>
#include <utility>

#include "cnnbench/core/fields.hpp"
#include "cnnbench/results/predict_gain.hpp"

namespace cnnbench {

enum class Bound { input, host, copies, communication, compute, balanced, unknown };

template <>
struct EnumNames<Bound> {
  static constexpr std::array values{
      std::pair{Bound::input, std::string_view{"input-bound"}},
      std::pair{Bound::host, std::string_view{"host-bound"}},
      std::pair{Bound::copies, std::string_view{"copy-bound"}},
      std::pair{Bound::communication, std::string_view{"communication-bound"}},
      std::pair{Bound::compute, std::string_view{"compute-bound"}},
      std::pair{Bound::balanced, std::string_view{"balanced"}},
      std::pair{Bound::unknown, std::string_view{"unknown"}},
  };
};

// The speeds are those while both sides ran: what the loader could deliver and what the network could take, had neither had to wait
// for the other. They are none of the speeds alone, which rows have as pipeline_only_ips and compute_only_ips.
struct Verdict {
  Bound bound = Bound::unknown;
  double loader_ips = 0;   // pictures per second of worker time, times workers
  double network_ips = 0;  // pictures per second of step time
  double data_wait_pct = 0;
  std::optional<double> counted_seconds{};
  std::optional<double> loader_core_pct{}, device_wait_pct{}, copy_wait_pct{};  // as in SpeedFigures
  Maybe<double> exchange_wait_pct{};                                            // likewise, of ranks
  std::string remedy{};                    // as for --set; empty: none is predicted to be worth it
  std::optional<double> predicted_gain{};  // of that remedy
  std::string text{};                      // one line
};

Bound bound_of(const SpeedFigures&, const SpeedSettings&);
Verdict judge(const SpeedFigures&, const SpeedSettings&);

}  // namespace cnnbench
