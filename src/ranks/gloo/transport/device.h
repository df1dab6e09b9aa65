#pragma once  // algorithm.h says why
namespace gloo::transport {
class Device;
class UnboundBuffer;
}  // namespace gloo::transport
