// Drawings as files of their own: fit for a README, nothing outside is referred to.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cnnbench/report/drawing.hpp"
#include "cnnbench/report/report.hpp"

namespace cnnbench::report {

// All charts of that kind, one below the other, with the notes of their numbers and the machines: a picture travels alone.
std::optional<Drawing> drawing_of(const Report&, ChartKind);

// A whole SVG document with its own colours, light or dark as its reader prefers. No script.
std::string svg_document(const Drawing&);

// In light colours, `scale` pixels per CSS pixel. Throws Error(failed) where it would have more than 100 million pixels.
std::vector<std::uint8_t> png_of(const Drawing&, double scale = 2);

}  // namespace cnnbench::report
