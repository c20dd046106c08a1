#include "trtexec/device.h"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>

namespace trtexec {
namespace {

using Clock = std::chrono::steady_clock;

class Host final : public Device {
 public:
  bool isGpu() const override { return false; }
  std::string description() override { return "Device: CPU"; }
  void use() override {}
  Handle memory(size_t bytes) override {
    constexpr size_t kAlignment = 256;
    void* made = std::aligned_alloc(kAlignment, (bytes / kAlignment + 1) * kAlignment);
    if (!made) throw std::bad_alloc();
    return {made, std::free};
  }
  Handle hostMemory(size_t bytes) override { return memory(bytes); }
  Handle sharedMemory(size_t bytes) override { return memory(bytes); }
  size_t persistingBytes() override { return 0; }
  Handle stream() override { return nullptr; }
  void copyIn(void* device, const void* host, size_t bytes, void*) override {
    if (bytes) std::memcpy(device, host, bytes);
  }
  void copyOut(void* host, const void* device, size_t bytes, void*) override {
    if (bytes) std::memcpy(host, device, bytes);
  }
  Handle event() override { return std::make_shared<Clock::time_point>(); }
  void record(void* event, void*) override { *static_cast<Clock::time_point*>(event) = Clock::now(); }
  void wait(void*) override {}
  double milliseconds(void* from, void* to) override {
    return std::chrono::duration<double, std::milli>(*static_cast<Clock::time_point*>(to) -
                                                     *static_cast<Clock::time_point*>(from))
        .count();
  }
  Handle capture(void*, const std::function<bool()>&) override { return nullptr; }
  void launch(void*, void*) override {}
};

bool isNumber(const std::string& text) {
  return !text.empty() && text.size() < 4 && text.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

std::unique_ptr<Device> openDevice(const std::string& name, bool spins) {
  if (!name.empty()) setenv("TENFOLD_TARGET", isNumber(name) ? ("cuda:" + name).c_str() : name.c_str(), 1);
  const char* chosen = std::getenv("TENFOLD_TARGET");
  const std::string target = chosen ? chosen : "";
  const bool isNamed = target.rfind("cuda", 0) == 0;
  const std::string part = isNamed && target.size() > 5 ? target.substr(5) : "";
  // Engines for an architecture alone are built, not run.
  if (target.empty() || (isNamed && (part.empty() || isNumber(part)))) {
    if (auto gpu = openGpu(part.empty() ? 0 : std::stoi(part), spins)) return gpu;
    if (isNamed) throw std::runtime_error("there is no GPU '" + target + "' that can be used");
  }
  return openHost();
}

std::unique_ptr<Device> openHost() { return std::make_unique<Host>(); }

}  // namespace trtexec
