#include <dlfcn.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include "base/error.h"
#include "targets/plugin/tactic.h"
#include "targets/target.h"

namespace tenfold {

// Each target's own folder defines these; the CUDA target is in a library of its own.
Target& cpuTarget();
Target& nullTarget();

namespace {

using MakeTactic = std::unique_ptr<Tactic> (*)(Target&);
using MakeCudaTarget = Target* (*)(const char* which, MakeTactic plugins, std::string* reason);

// The library lies beside the one that this code is in, or where the loader finds it.
void* openCudaLibrary(std::string& reason) {
  constexpr const char* kName = "libtenfold_cuda.so.10";
  Dl_info info{};
  std::filesystem::path folder;
  if (dladdr(reinterpret_cast<void*>(&openCudaLibrary), &info) && info.dli_fname)
    folder = std::filesystem::path(info.dli_fname).parent_path();
  // The target holds code that is lent to it: what lends must not be unloaded.
  if (!folder.empty()) dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
  for (const std::filesystem::path& path :
       {folder / kName, folder / "../lib" / kName, std::filesystem::path(kName)})
    if (void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) return handle;
  reason = dlerror();
  return nullptr;
}

// `which`: empty, a GPU's number, or an architecture. Null, with a reason, where it cannot be used.
Target* cudaTarget(const std::string& which, std::string& reason) {
  static std::string unloadable;
  static void* library = openCudaLibrary(unloadable);
  void* make = library ? dlsym(library, "tenfoldCudaTarget") : nullptr;
  if (!make) {
    reason = "the CUDA target's library cannot be loaded: " + unloadable;
    return nullptr;
  }
  return reinterpret_cast<MakeCudaTarget>(make)(which.empty() ? nullptr : which.c_str(), makePluginTactic,
                                                &reason);
}

bool hasDriver() {
  static const bool found = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL) != nullptr;
  return found;
}

class HostClock final : public StreamClock {
 public:
  explicit HostClock(size_t marks) : times_(marks) {}
  void mark(size_t index, StreamHandle) override { times_[index] = std::chrono::steady_clock::now(); }
  float milliseconds(size_t from, size_t to) override {
    return std::chrono::duration<float, std::milli>(times_[to] - times_[from]).count();
  }

 private:
  std::vector<std::chrono::steady_clock::time_point> times_;
};

}  // namespace

const Tactic* Target::findTactic(std::string_view name) const {
  for (const Tactic* t : tactics())
    if (t->name() == name) return t;
  return nullptr;
}

double Target::time(const std::function<void(StreamHandle)>& work, int iterations) {
  constexpr double kLong = 0.02;
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i <= iterations; ++i) {
    auto start = std::chrono::steady_clock::now();
    work(nullptr);
    synchronize(nullptr);
    double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (i == 0 && seconds > kLong) return seconds;
    if (i > 0) best = std::min(best, seconds);
  }
  return best;
}

std::unique_ptr<Recording> Target::recordLaunches(const std::function<void(StreamHandle)>&) {
  return nullptr;
}
bool Target::mayRecord(StreamHandle) { return false; }
std::unique_ptr<StreamClock> Target::makeClock(size_t marks) { return std::make_unique<HostClock>(marks); }
void Target::recordEvent(void*, StreamHandle) {
  fail(ErrorKind::kUnsupported, "the target {} has no events", name());
}

Target& target(std::string_view name) {
  const char* chosen = std::getenv("TENFOLD_TARGET");
  std::string wanted(name.empty() && chosen ? chosen : name), reason;
  if (wanted.empty() && hasDriver())
    if (Target* gpu = cudaTarget("", reason)) return *gpu;
  if (wanted.empty() || wanted == "cpu") return cpuTarget();
  if (wanted == "null") return nullTarget();
  if (wanted == "cuda" || wanted.rfind("cuda:", 0) == 0) {
    Target* gpu = cudaTarget(wanted == "cuda" ? "" : wanted.substr(5), reason);
    if (!gpu) fail(ErrorKind::kUnsupported, "the target {} cannot be used: {}", wanted, reason);
    return *gpu;
  }
  fail(ErrorKind::kUnsupported,
       "there is no target '{}'; there are: cpu, cuda, cuda:0 and cuda:sm_90 (and the like), null", wanted);
}

}  // namespace tenfold
