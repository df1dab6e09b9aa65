// The first block of a network for small pictures: 5x5 convolution of three channels that keeps the picture's size, 3x3 max pooling
// two apart, ReLU. What conv_pool_rows.hpp does where its shape's kernel is 5; no torch. It needs AVX-512, whose instruction that
// picks from 32 numbers makes a gradient of the winners alone worth while.
#pragma once

#include "kernels/conv_pool_rows.hpp"

namespace cnnbench {

bool has_conv_pool_overlapping();  // whether this processor can

// As conv_pool and conv_pool_backward. winner: row * 8 + column of the window.
void conv_pool_overlapping(const ConvPoolForward&);
void conv_pool_overlapping_backward(const ConvPoolBackward&);

}  // namespace cnnbench
