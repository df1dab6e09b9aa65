#include "cnnbench/core/grouped.hpp"

#include <algorithm>

namespace cnnbench {

std::string grouped(std::string text) {
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  const std::size_t point = std::min(text.find('.'), text.size());
  for (std::size_t at = point; at > first + 3;) text.insert(at -= 3, 1, ',');
  return text;
}

}  // namespace cnnbench
