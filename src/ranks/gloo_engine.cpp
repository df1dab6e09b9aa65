#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <unistd.h>

#include <cstdlib>

#include "ranks/engines.hpp"

namespace cnnbench {

c10::intrusive_ptr<c10d::Store> meeting_place(const Launch& launch) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(launch.port);
  options.isServer = launch.is_first() && !launch.store_is_there;
  options.numWorkers = static_cast<std::size_t>(launch.size);
  options.waitWorkers = false;
  options.timeout = patience_at_start;
  auto store = c10::make_intrusive<c10d::TCPStore>(launch.address, options);
  return c10::make_intrusive<c10d::PrefixStore>("cnnbench/" + launch.attempt, store);
}

c10::intrusive_ptr<c10d::Store> meeting_place(const Launch& launch,
                                              const std::function<std::string(const std::string&)>& of_first) {
  c10d::TCPStoreOptions options;
  options.numWorkers = static_cast<std::size_t>(launch.size);
  options.waitWorkers = false;
  options.timeout = patience_at_start;
  options.isServer = launch.is_first();
  options.port = 0;  // any that is free
  std::string address = "127.0.0.1";
  char name[256] = {};
  if (launch.local_size < launch.size && ::gethostname(name, sizeof(name) - 1) == 0) address = name;
  c10::intrusive_ptr<c10d::TCPStore> store;
  if (launch.is_first()) store = c10::make_intrusive<c10d::TCPStore>(address, options);
  const std::string place = of_first(store ? address + " " + std::to_string(store->getPort()) : "");
  if (store) return store;
  const std::size_t space = place.rfind(' ');
  options.port = static_cast<std::uint16_t>(std::stoi(place.substr(space + 1)));
  return c10::make_intrusive<c10d::TCPStore>(place.substr(0, space), options);
}

Engine gloo_engine(const Launch& launch, const c10::intrusive_ptr<c10d::Store>& store) {
  using Gloo = c10d::ProcessGroupGloo;
  const auto options = Gloo::Options::create(patience);
  const char* const interface = std::getenv("GLOO_SOCKET_IFNAME");
  if (interface != nullptr)
    options->devices.push_back(Gloo::createDeviceForInterface(interface));
  else if (launch.local_size == launch.size)
    options->devices.push_back(Gloo::createDeviceForHostname("127.0.0.1"));  // whatever this machine's name resolves to
  else
    options->devices.push_back(Gloo::createDefaultDevice());
  return c10::make_intrusive<Gloo>(store, launch.rank, launch.size, options);
}

}  // namespace cnnbench
