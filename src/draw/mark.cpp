#include "cnnbench/draw/mark.hpp"

#include <opencv2/imgproc.hpp>

#include "palette.hpp"

namespace cnnbench {

Rgb mark_colour(Mark mark) { return mark == Mark::right ? palette::right : palette::wrong; }

void put_mark(Canvas& canvas, Box box, Mark mark) {
  // Drawn on a large square over a copy of what is there, then averaged into place: smooth at any size.
  constexpr int side = 96;
  if (box.x < 0 || box.y < 0 || box.x + box.width > canvas.size.width || box.y + box.height > canvas.size.height) return;
  cv::Mat all(canvas.size.height, canvas.size.width, CV_8UC3, canvas.pixels.data());
  cv::Mat place = all(cv::Rect(box.x, box.y, box.width, box.height)), large;
  cv::resize(place, large, {side, side}, 0, 0, cv::INTER_NEAREST);
  const Rgb c = mark_colour(mark);
  const cv::Scalar ground(c.r, c.g, c.b), white(255, 255, 255);
  if (mark == Mark::right) {
    cv::circle(large, {side / 2, side / 2}, side / 2 - 1, ground, cv::FILLED, cv::LINE_AA);
    cv::polylines(large, std::vector<cv::Point>{{24, 50}, {41, 67}, {72, 31}}, false, white, 11, cv::LINE_AA);
  } else {
    cv::rectangle(large, {0, 0, side, side}, ground, cv::FILLED);
    cv::line(large, {27, 27}, {69, 69}, white, 11, cv::LINE_AA);
    cv::line(large, {69, 27}, {27, 69}, white, 11, cv::LINE_AA);
  }
  cv::resize(large, place, place.size(), 0, 0, cv::INTER_AREA);
}

}  // namespace cnnbench
