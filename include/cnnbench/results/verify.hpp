// Whether a result says what was measured: every figure that follows from others is computed again and compared, and the document's
// checksum and its very bytes are those that cnnbench writes, so that a digit changed anywhere is found.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cnnbench {

struct Verified {
  std::string source;               // the file; of rows also the line or the number
  std::string headline;             // what was computed again, in words
  std::vector<std::string> faults;  // empty: sound
  // JSON pointers, * for any item of a list. What the others follow from; and what nothing else in the document could contradict.
  std::vector<std::string> measured{}, not_verifiable{};
};

// A run folder (result.json and epochs.csv), a folder of run folders, a result.json, or rows of bench (.jsonl, .json). Throws
// Error(usage) where there is nothing of that kind; a file that is damaged has faults.
std::vector<Verified> verify(const std::filesystem::path&);

}  // namespace cnnbench
