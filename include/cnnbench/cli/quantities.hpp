// Quantities with their units as options take them. Each throws Error(usage) naming the option, and what would have been right.
#pragma once

#include <string>

namespace cnnbench {

// "3%" or "0.03"; below 1.
double typed_share(const std::string& text, const char* option);

// "5us", "1.5 ms", "200ns", "0.001s": seconds, 0 or more.
double duration_seconds(const std::string& text, const char* option);

// "25GB/s", "200 Gbit/s", "12.5GiB/s": bytes per second, above 0. A letter b that may be either is refused.
double bytes_per_second(const std::string& text, const char* option);

}  // namespace cnnbench
