// A system that has no more threads to give: preloaded, it refuses all of a process's but the first CNNBENCH_TEST_THREADS.
#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*), void* argument) {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  static const char* const text = std::getenv("CNNBENCH_TEST_THREADS");
  static std::atomic<int> left{text == nullptr ? 1 << 30 : std::atoi(text)};
  return left.fetch_sub(1) > 0 ? create(thread, attributes, run, argument) : EAGAIN;
}
