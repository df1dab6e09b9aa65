// Memory that several processes of one user on one machine have in common. Zero at first; pages are taken from the system as they
// are written. No file: it is gone with the last process that has it, however that ends, and /dev/shm's size is no limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace cnnbench {

class SharedMemory {
 public:
  // By which another process finds it. `mark` is in the memory too, so that nothing else is taken for it.
  struct Name {
    std::int64_t process = 0, descriptor = -1, mark = 0;
  };

  // Throws Error(failed).
  static std::shared_ptr<SharedMemory> make(std::size_t bytes);
  // While the process that made it still has its descriptor (close_name()). Throws Error(failed).
  static std::shared_ptr<SharedMemory> open(const Name&, std::size_t bytes);
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  std::uint8_t* data() const { return data_; }
  std::size_t size() const { return bytes_; }
  Name name() const;
  void close_name();  // nobody else can open it from now on

 private:
  SharedMemory(int descriptor, std::size_t bytes);
  std::int64_t* mark() const;

  int descriptor_;
  std::size_t bytes_;
  std::uint8_t* data_ = nullptr;
};

}  // namespace cnnbench
