#include "cnnbench/core/shared_memory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <random>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

constexpr std::size_t page = 4096;

// The mark stands behind what was asked for.
std::size_t whole_bytes(std::size_t bytes) { return (bytes + page - 1) / page * page + page; }

Error no_shared_memory(const char* what) {
  return {ExitCode::failed, fmt::format("no memory in common with the other ranks: {}: {}", what, std::strerror(errno))};
}

}  // namespace

SharedMemory::SharedMemory(int descriptor, std::size_t bytes) : descriptor_(descriptor), bytes_(bytes) {
  void* const mapped = ::mmap(nullptr, whole_bytes(bytes), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (mapped == MAP_FAILED) {
    const Error error = no_shared_memory("mmap");
    ::close(descriptor);
    throw Error(error);
  }
  data_ = static_cast<std::uint8_t*>(mapped);
}

SharedMemory::~SharedMemory() {
  ::munmap(data_, whole_bytes(bytes_));
  close_name();
}

std::int64_t* SharedMemory::mark() const { return reinterpret_cast<std::int64_t*>(data_ + whole_bytes(bytes_) - page); }

std::shared_ptr<SharedMemory> SharedMemory::make(std::size_t bytes) {
  const int descriptor = ::memfd_create("cnnbench-pictures", MFD_CLOEXEC);
  if (descriptor < 0) throw no_shared_memory("memfd_create");
  if (::ftruncate(descriptor, static_cast<off_t>(whole_bytes(bytes))) != 0) {
    const Error error = no_shared_memory("ftruncate");
    ::close(descriptor);
    throw Error(error);
  }
  std::shared_ptr<SharedMemory> made(new SharedMemory(descriptor, bytes));
  std::random_device random;
  *made->mark() = static_cast<std::int64_t>(random() >> 1U) << 31U | static_cast<std::int64_t>(random() >> 1U);
  return made;
}

std::shared_ptr<SharedMemory> SharedMemory::open(const Name& name, std::size_t bytes) {
  const std::string path = fmt::format("/proc/{}/fd/{}", name.process, name.descriptor);
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) throw no_shared_memory("open");
  struct stat found {};
  if (::fstat(descriptor, &found) != 0 || !S_ISREG(found.st_mode) || found.st_size != static_cast<off_t>(whole_bytes(bytes))) {
    ::close(descriptor);
    throw Error(ExitCode::failed, "no memory in common with the other ranks: they have other process numbers");
  }
  std::shared_ptr<SharedMemory> opened(new SharedMemory(descriptor, bytes));
  if (*opened->mark() != name.mark)
    throw Error(ExitCode::failed, "no memory in common with the other ranks: they have other process numbers");
  return opened;
}

SharedMemory::Name SharedMemory::name() const { return {.process = ::getpid(), .descriptor = descriptor_, .mark = *mark()}; }

void SharedMemory::close_name() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

}  // namespace cnnbench
