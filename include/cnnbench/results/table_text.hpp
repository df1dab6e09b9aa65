// What tables of results are made of, on the terminal and in Markdown.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cnnbench/measure/ratio.hpp"

namespace cnnbench {

// "1,234", "56.7"; "-" where there is none.
std::string speed_text(std::optional<double> images_per_second);

// "1 core", "2 cores".
std::string count_text(long long n, std::string_view noun);

// A value as one cell: a text as it is (bytes that are no UTF-8, as names of files may have: U+FFFD), a list or an object as JSON,
// nothing for null.
std::string cell_text(const nlohmann::ordered_json&);

// " (0.98 to 1.02)"; nothing where there is no interval.
std::string interval_text(const Ratio&);

// safe_text that Markdown takes for text: a pipe ends no cell, a tag opens nothing.
std::string markdown_text(std::string_view);

// Adds what is not there yet, in the order of coming.
template <class T>
void add_distinct(std::vector<T>& to, const std::vector<T>& from) {
  for (const T& value : from)
    if (std::find(to.begin(), to.end(), value) == to.end()) to.push_back(value);
}

}  // namespace cnnbench
