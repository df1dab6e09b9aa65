#include "svg.hpp"

#include <fmt/format.h>

#include <cmath>

#include "cnnbench/report/images.hpp"
#include "markup.hpp"

namespace cnnbench::report {
namespace {

// Tenths of a pixel are enough, and half the bytes.
std::string place(double value) {
  std::string text = fmt::format("{:.1f}", std::isfinite(value) ? value : 0.0);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

std::string class_of(Ink ink) { return std::string(colours_of(ink).name); }

// The element with its tooltip, if it has one.
void leaf_with_tip(Markup& m, std::string_view tag, Attributes attributes, const std::string& tip) {
  if (tip.empty())
    m.bare(tag, attributes);
  else
    m.open(tag, attributes).leaf("title", {}, tip).close(tag);
}

struct Writer {
  Markup& m;
  bool tips;

  void operator()(const Box& b) const {
    const std::string x = place(b.x), y = place(b.y), width = place(b.width), height = place(b.height);
    const std::string classes = (b.colour.empty() ? "f-" + class_of(b.ink) : "") + (b.outlined ? " outlined" : "");
    leaf_with_tip(m, "rect", {{"x", x}, {"y", y}, {"width", width}, {"height", height}, {"class", classes}, {"fill", b.colour}},
                  tips ? b.tip : "");
    if (b.pattern > 0)
      m.bare("rect", {{"x", x}, {"y", y}, {"width", width}, {"height", height}, {"class", fmt::format("pattern{}", b.pattern)}});
    m.line();
  }

  void operator()(const Stroke& s) const {
    std::string points;
    for (const Point& p : s.points) points += fmt::format("{}{},{}", points.empty() ? "" : " ", place(p.x), place(p.y));
    leaf_with_tip(m, "polyline",
                  {{"points", points},
                   {"class", "l-" + class_of(s.ink) + (s.dashed ? " dashed" : "")},
                   {"stroke-width", s.width == 1 ? "" : place(s.width)}},
                  tips ? s.tip : "");
    m.line();
  }

  void operator()(const Words& w) const {
    std::string classes = w.colour.empty() ? "f-" + class_of(w.ink) : "";
    if (w.strong) classes += " strong";
    if (w.anchor != Anchor::start) classes += w.anchor == Anchor::end ? " end" : " middle";
    m.open("text", {{"x", place(w.at.x)},
                    {"y", place(w.at.y)},
                    {"class", classes},
                    {"fill", w.colour},
                    {"font-size", w.size == 13 ? "" : place(w.size)}});
    if (tips && !w.full.empty() && w.full != w.text) m.leaf("title", {}, w.full);
    m.text(w.text).close("text").line();
  }
};

}  // namespace

std::string ink_variables(bool dark) {
  std::string out;
  for (const InkColours& c : inks) out += fmt::format("--{}:{};", c.name, dark ? c.dark : c.light);
  return out;
}

std::string chart_rules() {
  std::string out =
      ".chart{font-family:system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",Arial,sans-serif;font-size:13px}\n"
      ".chart polyline{fill:none;stroke-linejoin:round}\n"
      ".chart .outlined{stroke:var(--text);stroke-width:.8px}\n.chart .dashed{stroke-dasharray:6 4}\n"
      ".chart .strong{font-weight:600}\n.chart .end{text-anchor:end}\n.chart .middle{text-anchor:middle}\n"
      ".pattern-line{fill:none;stroke:var(--paper);stroke-width:1.5px}\n";
  for (int i = 1; i <= pattern_count; ++i) out += fmt::format(".chart .pattern{0}{{fill:url(#lines{0})}}\n", i);
  for (const InkColours& c : inks)
    out += fmt::format(".chart .f-{0}{{fill:var(--{0})}} .chart .l-{0}{{stroke:var(--{0})}}\n", c.name);
  return out;
}

std::string pattern_definitions() {
  constexpr std::array<const char*, pattern_count> paths{
      "M-2 2L2 -2M0 8L8 0M6 10L10 6", "M-2 6L2 10M0 0L8 8M6 -2L10 2", "M4 0V8", "M0 4H8", "M0 0L8 8M0 8L8 0",
  };
  Markup m;
  m.open("defs");
  for (int i = 0; i < pattern_count; ++i)
    m.open("pattern", {{"id", fmt::format("lines{}", i + 1)}, {"width", "8"}, {"height", "8"}, {"patternUnits", "userSpaceOnUse"}})
        .bare("path", {{"class", "pattern-line"}, {"d", paths.at(static_cast<std::size_t>(i))}})
        .close("pattern");
  return m.close("defs").line().take();
}

std::string svg_of(const Drawing& d, const SvgOptions& options) {
  Markup m;
  const std::string width = place(std::ceil(d.width)), height = place(std::ceil(d.height));
  const std::string classes = "chart" + (options.class_names.empty() ? "" : " " + options.class_names);
  m.open("svg", {{"xmlns", options.document ? "http://www.w3.org/2000/svg" : ""},
                 {"class", classes},
                 {"role", "img"},
                 {"aria-label", d.title},
                 {"viewBox", fmt::format("0 0 {} {}", width, height)},
                 {"width", width},
                 {"height", height}})
      .line();
  if (options.document)
    m.own(fmt::format("<style>\nsvg{{{}}}\n@media (prefers-color-scheme:dark){{svg{{{}}}}}\n{}</style>\n", ink_variables(false),
                      ink_variables(true), chart_rules()))
        .own(pattern_definitions())
        .bare("rect", {{"width", width}, {"height", height}, {"class", "f-paper"}})
        .line();
  for (const auto& item : d.items) std::visit(Writer{m, options.tips}, item);
  return m.close("svg").line().take();
}

std::string svg_document(const Drawing& d) { return svg_of(framed(d, 16), {.document = true}); }

}  // namespace cnnbench::report
