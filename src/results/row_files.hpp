// Rows from files in which some may be damaged. Not here: runs (rows_of.cpp).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cnnbench/core/error.hpp"
#include "cnnbench/results/row.hpp"

namespace cnnbench {

// Takes what is wrong with one row or file, so that the others are read. Null: it is an error.
using Damaged = std::vector<Error>*;

template <class Read>
void read_unless_damaged(Damaged damaged, const Read& read) {
  if (damaged == nullptr) return read();
  try {
    read();
  } catch (const Error& e) {
    damaged->push_back(e);
  }
}

// As read_rows(). `torn`: whether the last line has no end, which then is left out.
std::vector<Row> read_rows(const std::filesystem::path&, Damaged, bool* torn = nullptr);

// From the CSV that rows_text() writes, not from that of others. Throws Error(failed) naming `source`, the line of the table and
// the column.
std::vector<Row> rows_of_csv(const std::string& text, const std::string& source, Damaged);

}  // namespace cnnbench
