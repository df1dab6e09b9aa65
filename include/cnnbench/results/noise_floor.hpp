// How far apart the same machine finds itself with the same work on another day: what a comparison of two sessions cannot see through, however
// many repetitions each has. `bench --aa` adds a session; here is what follows from several. Not here: the noise within a session, which
// the intervals of the repetitions already hold.
//
// Kept in $XDG_CACHE_HOME/cnnbench/noise-sessions.json, else in ~/.cache. bench writes the floor into its rows; compare reads rows only, so
// that the same two files give the same answer everywhere.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cnnbench/results/row.hpp"

namespace cnnbench {

// One cell measured at one time.
struct NoiseSession {
  std::string machine, cell, model;
  std::int64_t began = 0;  // seconds since 1970
  int repetitions = 0;
  double median_ips = 0;
  double spread = 0;  // standard deviation of a repetition's logarithm
};

struct NoiseFloor {
  double pct = 0;    // 95 % of two sessions of the same thing differ by less, beyond what their repetitions explain
  int sessions = 0;  // that it rests on
};

// Sessions of one cell that began less than ten minutes after the one before are part of that one: the machine has had no time to change.
inline constexpr std::int64_t seconds_between_sessions = 600;

// From the sessions of one machine; cells may be mixed. nullopt with fewer than three sessions of every cell. The variance between a cell's
// session medians, less what a median of n repetitions varies by itself, pooled over the cells; times the root of 2 (two
// sessions are compared) and Student's t.
std::optional<NoiseFloor> noise_floor(std::span<const NoiseSession>);

std::filesystem::path noise_sessions_file();  // empty: there is no home

// Of the row's machine and kind of device.
std::optional<NoiseFloor> known_noise_floor(const Row&);

// A session per row that has four samples or more. Throws Error where the file cannot be written.
void keep_noise_sessions(const std::vector<Row>&);

}  // namespace cnnbench
