// The tests' own libnvidia-ml (fake_nvml/fake_nvml.cpp). It stays open for the test, so that what is set lasts.
#pragma once

#include <dlfcn.h>

#include <stdexcept>

namespace cnnbench::testing {

class FakeNvml {
 public:
  explicit FakeNvml(const char* path) : library_(::dlopen(path, RTLD_NOW)) {
    if (!library_) throw std::runtime_error(::dlerror());
    set_ = reinterpret_cast<void (*)(const char*, unsigned long long)>(::dlsym(library_, "fake_nvml_set"));
    say_ = reinterpret_cast<void (*)(const char*, const char*)>(::dlsym(library_, "fake_nvml_say"));
    reinterpret_cast<void (*)()>(::dlsym(library_, "fake_nvml_clear"))();
  }
  ~FakeNvml() { ::dlclose(library_); }
  FakeNvml(const FakeNvml&) = delete;
  FakeNvml& operator=(const FakeNvml&) = delete;
  void set(const char* key, unsigned long long value) const { set_(key, value); }
  void say(const char* key, const char* words) const { say_(key, words); }  // one word a call, the last one for all later calls

 private:
  void* library_;
  void (*set_)(const char*, unsigned long long);
  void (*say_)(const char*, const char*);
};

}  // namespace cnnbench::testing
