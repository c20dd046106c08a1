#include "targets/cuda/jit/compiler.h"

#include <nvrtc.h>

#include <algorithm>
#include <cstring>
#include <future>
#include <mutex>
#include <regex>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "targets/cuda/driver/library.h"
#include "targets/cuda/jit/kernel_cache.h"
#include "targets/cuda/jit/sources.h"

namespace tenfold::cuda {
namespace {

// clang-format off
#define TENFOLD_NVRTC_FUNCTIONS(X) \
  X(nvrtcVersion) X(nvrtcCreateProgram) X(nvrtcDestroyProgram) X(nvrtcCompileProgram) \
  X(nvrtcGetCUBINSize) X(nvrtcGetCUBIN) X(nvrtcGetProgramLogSize) X(nvrtcGetProgramLog) \
  X(nvrtcGetErrorString)
// clang-format on

struct Nvrtc {
  TENFOLD_FUNCTION_TABLE(TENFOLD_NVRTC_FUNCTIONS)
  std::string version;
};

const Library& library() {
  static const Library instance{"libnvrtc.so.13", "libnvrtc.so.12"};
  return instance;
}

Nvrtc load() {
  Nvrtc n;
  n.load(library());
  int major = 0, minor = 0;
  n.nvrtcVersion(&major, &minor);
  n.version = fmt::format("nvrtc {}.{}", major, minor);
  return n;
}

const Nvrtc& nvrtc() {
  static const Nvrtc instance = load();
  return instance;
}

class Program {
 public:
  explicit Program(const std::string& code) {
    std::vector<const char*> texts, names;
    for (const DeviceSource& source : deviceSources()) {
      texts.push_back(source.text);
      names.push_back(source.name);
    }
    check(nvrtc().nvrtcCreateProgram(&program_, code.c_str(), "region.cu", static_cast<int>(texts.size()),
                                     texts.data(), names.data()));
  }
  ~Program() { nvrtc().nvrtcDestroyProgram(&program_); }
  Program(const Program&) = delete;

  std::vector<char> compile(const std::vector<std::string>& flags, const std::string& code) {
    std::vector<const char*> pointers;
    pointers.reserve(flags.size());
    for (const std::string& flag : flags) pointers.push_back(flag.c_str());
    nvrtcResult result =
        nvrtc().nvrtcCompileProgram(program_, static_cast<int>(pointers.size()), pointers.data());
    size_t bytes = 0;
    nvrtc().nvrtcGetProgramLogSize(program_, &bytes);
    log_.resize(bytes);
    nvrtc().nvrtcGetProgramLog(program_, log_.data());
    if (result != NVRTC_SUCCESS)
      fail(ErrorKind::kInternal, "a generated kernel does not compile ({}):\n{}\n{}",
           nvrtc().nvrtcGetErrorString(result), log_, code);
    check(nvrtc().nvrtcGetCUBINSize(program_, &bytes));
    std::vector<char> cubin(bytes);
    check(nvrtc().nvrtcGetCUBIN(program_, cubin.data()));
    return cubin;
  }
  const std::string& log() const { return log_; }

 private:
  static void check(nvrtcResult result) {
    if (result != NVRTC_SUCCESS) fail(ErrorKind::kInternal, "NVRTC: {}", nvrtc().nvrtcGetErrorString(result));
  }
  nvrtcProgram program_ = nullptr;
  std::string log_;
};

std::vector<std::string> flagsFor(const std::string& architecture) {
  return {"-arch=" + architecture, "-std=c++17", "-default-device"};
}

// Everything that the files of kernels/ say, since a kernel may include any of them.
const std::string& sourcesHash() {
  static const std::string hash = [] {
    std::string all;
    for (const DeviceSource& source : deviceSources()) all += std::string(source.name) + source.text;
    return kernelKey("", "", all);
  }();
  return hash;
}

}  // namespace

bool hasCompiler() { return library().isLoaded(); }

namespace {

Tensor compileAnew(const std::string& key, const std::vector<std::string>& flags, const std::string& code) {
  std::optional<std::vector<char>> cubin = findKernel(key);
  if (!cubin) {
    cubin = Program(code).compile(flags, code);
    storeKernel(key, *cubin);
  }
  Tensor result(DataType::kUInt8, {static_cast<int64_t>(cubin->size())});
  std::memcpy(result.data(), cubin->data(), cubin->size());
  return result;
}

}  // namespace

// Threads that want the same kernel wait for the first one that does; later ones share its bytes.
Tensor compileCubin(const std::string& code, const std::string& architecture) {
  static std::mutex mutex;
  static std::unordered_map<std::string, std::shared_future<Tensor>> known;
  std::vector<std::string> flags = flagsFor(architecture);
  std::string joined = sourcesHash();
  for (const std::string& flag : flags) joined += " " + flag;
  std::string key = kernelKey(nvrtc().version, joined, code);
  std::promise<Tensor> promise;
  std::unique_lock lock(mutex);
  if (auto it = known.find(key); it != known.end()) {
    std::shared_future<Tensor> result = it->second;
    lock.unlock();
    return result.get();
  }
  std::shared_future<Tensor> result = known.emplace(key, promise.get_future().share()).first->second;
  lock.unlock();
  try {
    promise.set_value(compileAnew(key, flags, code));
  } catch (...) {
    promise.set_exception(std::current_exception());
  }
  return result.get();
}

KernelResources compileForReport(const std::string& code, const std::string& architecture) {
  Program program(code);
  std::vector<std::string> flags = flagsFor(architecture);
  flags.emplace_back("--ptxas-options=-v");
  program.compile(flags, code);
  KernelResources worst;
  auto each = [&](const char* pattern, int& most) {
    std::regex expression(pattern);
    for (std::sregex_iterator it(program.log().begin(), program.log().end(), expression), end; it != end;
         ++it)
      most = std::max(most, std::stoi((*it)[1]));
  };
  each(R"(Used (\d+) registers)", worst.registers);
  each(R"((\d+) bytes spill stores)", worst.spillBytes);
  return worst;
}

}  // namespace tenfold::cuda

// For tests, which know this library by its exported functions only: false where the code does not compile.
extern "C" __attribute__((visibility("default"))) bool tenfoldCudaReport(const std::string& code,
                                                                         const std::string& architecture,
                                                                         int* registers, int* spillBytes) {
  try {
    auto report = tenfold::cuda::compileForReport(code, architecture);
    *registers = report.registers;
    *spillBytes = report.spillBytes;
    return true;
  } catch (const std::exception&) {
    return false;
  }
}
