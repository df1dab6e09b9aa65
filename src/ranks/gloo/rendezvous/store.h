#pragma once  // algorithm.h says why
#include <chrono>
#include <string>
#include <vector>
namespace gloo::rendezvous {
// As libtorch's wrapper of a c10d store overrides it; no object of it is made here.
class Store {
 public:
  virtual ~Store() = default;
  virtual void set(const std::string& key, const std::vector<char>& value) = 0;
  virtual std::vector<char> get(const std::string& key) = 0;
  virtual void wait(const std::vector<std::string>& keys) = 0;
  virtual void wait(const std::vector<std::string>& keys, const std::chrono::milliseconds& timeout) = 0;
};
}  // namespace gloo::rendezvous
