// Right and wrong, told apart by shape as well as by colour: a tick on a disc, a cross on a square.
#pragma once

#include "cnnbench/draw/canvas.hpp"

namespace cnnbench {

enum class Mark { right, wrong };

Rgb mark_colour(Mark);
void put_mark(Canvas&, Box, Mark);  // fills the box, which should be square

}  // namespace cnnbench
