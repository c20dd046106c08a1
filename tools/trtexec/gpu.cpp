// A GPU through the driver, which is loaded here: the program links no part of CUDA, and needs none of its
// headers.
#include <dlfcn.h>

#include <algorithm>
#include <stdexcept>

#include "trtexec/device.h"

namespace trtexec {
namespace {

using Pointer = unsigned long long;  // CUdeviceptr

// The driver's functions by the names of their current versions. Handles are pointers, results are numbers
// with 0 for success.
struct Driver {
  int (*cuInit)(unsigned);
  int (*cuGetErrorName)(int, const char**);
  int (*cuDeviceGetCount)(int*);
  int (*cuDeviceGet)(int*, int);
  int (*cuDeviceGetName)(char*, int, int);
  int (*cuDeviceGetAttribute)(int*, int, int);
  int (*cuDevicePrimaryCtxRetain)(void**, int);
  int (*cuCtxSetCurrent)(void*);
  int (*cuMemAlloc_v2)(Pointer*, size_t);
  int (*cuMemFree_v2)(Pointer);
  int (*cuMemAllocManaged)(Pointer*, size_t, unsigned);
  int (*cuMemHostAlloc)(void**, size_t, unsigned);
  int (*cuMemFreeHost)(void*);
  int (*cuMemcpyHtoDAsync_v2)(Pointer, const void*, size_t, void*);
  int (*cuMemcpyDtoHAsync_v2)(void*, Pointer, size_t, void*);
  int (*cuStreamCreate)(void**, unsigned);
  int (*cuStreamDestroy_v2)(void*);
  int (*cuStreamBeginCapture_v2)(void*, int);
  int (*cuStreamEndCapture)(void*, void**);
  int (*cuEventCreate)(void**, unsigned);
  int (*cuEventDestroy_v2)(void*);
  int (*cuEventRecord)(void*, void*);
  int (*cuEventQuery)(void*);
  int (*cuEventSynchronize)(void*);
  int (*cuEventElapsedTime)(float*, void*, void*);
  int (*cuGraphInstantiateWithFlags)(void**, void*, unsigned long long);
  int (*cuGraphDestroy)(void*);
  int (*cuGraphExecDestroy)(void*);
  int (*cuGraphLaunch)(void*, void*);
};

// False where the driver is not there.
bool load(Driver& d) {
  void* library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!library) return false;
  bool complete = true;
  auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
    complete = complete && function;
  };
#define TRTEXEC_FIND(name) find(d.name, #name)
  TRTEXEC_FIND(cuInit), TRTEXEC_FIND(cuGetErrorName), TRTEXEC_FIND(cuDeviceGetCount);
  TRTEXEC_FIND(cuDeviceGet), TRTEXEC_FIND(cuDeviceGetName), TRTEXEC_FIND(cuDeviceGetAttribute);
  TRTEXEC_FIND(cuDevicePrimaryCtxRetain), TRTEXEC_FIND(cuCtxSetCurrent);
  TRTEXEC_FIND(cuMemAlloc_v2), TRTEXEC_FIND(cuMemFree_v2);
  TRTEXEC_FIND(cuMemAllocManaged), TRTEXEC_FIND(cuMemHostAlloc), TRTEXEC_FIND(cuMemFreeHost);
  TRTEXEC_FIND(cuMemcpyHtoDAsync_v2), TRTEXEC_FIND(cuMemcpyDtoHAsync_v2);
  TRTEXEC_FIND(cuStreamCreate), TRTEXEC_FIND(cuStreamDestroy_v2);
  TRTEXEC_FIND(cuStreamBeginCapture_v2), TRTEXEC_FIND(cuStreamEndCapture);
  TRTEXEC_FIND(cuEventCreate), TRTEXEC_FIND(cuEventDestroy_v2), TRTEXEC_FIND(cuEventRecord);
  TRTEXEC_FIND(cuEventQuery), TRTEXEC_FIND(cuEventSynchronize), TRTEXEC_FIND(cuEventElapsedTime);
  TRTEXEC_FIND(cuGraphInstantiateWithFlags), TRTEXEC_FIND(cuGraphDestroy);
  TRTEXEC_FIND(cuGraphExecDestroy), TRTEXEC_FIND(cuGraphLaunch);
#undef TRTEXEC_FIND
  return complete && d.cuInit(0) == 0;
}

const Driver* driver() {
  static Driver functions;
  static const bool loaded = load(functions);
  return loaded ? &functions : nullptr;
}

void check(int result, const char* call) {
  if (!result) return;
  const char* name = nullptr;
  driver()->cuGetErrorName(result, &name);
  throw std::runtime_error(std::string(call) + " failed: " + (name ? name : std::to_string(result)));
}

Pointer pointer(const void* memory) { return reinterpret_cast<Pointer>(memory); }

class Gpu final : public Device {
 public:
  Gpu(int ordinal, bool spins) : d_(*driver()), ordinal_(ordinal), spins_(spins) {
    check(d_.cuDeviceGet(&device_, ordinal), "cuDeviceGet");
    check(d_.cuDevicePrimaryCtxRetain(&context_, device_), "cuDevicePrimaryCtxRetain");
    use();
  }
  bool isGpu() const override { return true; }
  std::string description() override {
    constexpr int kMultiprocessors = 16, kMajor = 75, kMinor = 76;
    char name[256] = {};
    check(d_.cuDeviceGetName(name, sizeof name, device_), "cuDeviceGetName");
    return "Selected Device: " + std::string(name) + "\nSelected Device ID: " + std::to_string(ordinal_) +
           "\nCompute Capability: " + std::to_string(attribute(kMajor)) + "." +
           std::to_string(attribute(kMinor)) + "\nSMs: " + std::to_string(attribute(kMultiprocessors));
  }
  void use() override { check(d_.cuCtxSetCurrent(context_), "cuCtxSetCurrent"); }

  Handle memory(size_t bytes) override {
    Pointer made = 0;
    check(d_.cuMemAlloc_v2(&made, std::max<size_t>(bytes, 1)), "cuMemAlloc");
    return {reinterpret_cast<void*>(made), [this](void* p) { d_.cuMemFree_v2(pointer(p)); }};
  }
  Handle hostMemory(size_t bytes) override {
    void* made = nullptr;
    check(d_.cuMemHostAlloc(&made, std::max<size_t>(bytes, 1), 0), "cuMemHostAlloc");
    return {made, [this](void* p) { d_.cuMemFreeHost(p); }};
  }
  Handle sharedMemory(size_t bytes) override {
    constexpr unsigned kForAllStreams = 1;
    Pointer made = 0;
    check(d_.cuMemAllocManaged(&made, std::max<size_t>(bytes, 1), kForAllStreams), "cuMemAllocManaged");
    return {reinterpret_cast<void*>(made), [this](void* p) { d_.cuMemFree_v2(pointer(p)); }};
  }
  size_t persistingBytes() override {
    constexpr int kMostPersistingBytes = 108;
    return static_cast<size_t>(attribute(kMostPersistingBytes));
  }
  Handle stream() override {
    constexpr unsigned kNonBlocking = 1;
    void* made = nullptr;
    check(d_.cuStreamCreate(&made, kNonBlocking), "cuStreamCreate");
    return {made, [this](void* p) { d_.cuStreamDestroy_v2(p); }};
  }
  void copyIn(void* device, const void* host, size_t bytes, void* stream) override {
    if (bytes) check(d_.cuMemcpyHtoDAsync_v2(pointer(device), host, bytes, stream), "cuMemcpyHtoDAsync");
  }
  void copyOut(void* host, const void* device, size_t bytes, void* stream) override {
    if (bytes) check(d_.cuMemcpyDtoHAsync_v2(host, pointer(device), bytes, stream), "cuMemcpyDtoHAsync");
  }

  Handle event() override {
    constexpr unsigned kDefault = 0, kBlocking = 1;
    void* made = nullptr;
    check(d_.cuEventCreate(&made, spins_ ? kDefault : kBlocking), "cuEventCreate");
    return {made, [this](void* p) { d_.cuEventDestroy_v2(p); }};
  }
  void record(void* event, void* stream) override { check(d_.cuEventRecord(event, stream), "cuEventRecord"); }
  void wait(void* event) override {
    constexpr int kNotReady = 600;
    int result = kNotReady;
    while (spins_ && result == kNotReady) result = d_.cuEventQuery(event);
    check(spins_ ? result : d_.cuEventSynchronize(event), "the work on the GPU");
  }
  double milliseconds(void* from, void* to) override {
    float ms = 0;
    check(d_.cuEventElapsedTime(&ms, from, to), "cuEventElapsedTime");
    return ms;
  }

  Handle capture(void* stream, const std::function<bool()>& enqueue) override {
    constexpr int kThisThread = 1;
    void *graph = nullptr, *made = nullptr;
    check(d_.cuStreamBeginCapture_v2(stream, kThisThread), "cuStreamBeginCapture");
    bool whole = enqueue();
    whole = d_.cuStreamEndCapture(stream, &graph) == 0 && whole;
    whole = graph && d_.cuGraphInstantiateWithFlags(&made, graph, 0) == 0 && whole;
    if (graph) d_.cuGraphDestroy(graph);
    Handle result(made, [this](void* p) {
      if (p) d_.cuGraphExecDestroy(p);
    });
    return whole ? result : nullptr;
  }
  void launch(void* graph, void* stream) override { check(d_.cuGraphLaunch(graph, stream), "cuGraphLaunch"); }

 private:
  int attribute(int which) {
    int value = 0;
    check(d_.cuDeviceGetAttribute(&value, which, device_), "cuDeviceGetAttribute");
    return value;
  }
  const Driver& d_;
  const int ordinal_;
  const bool spins_;
  int device_ = 0;
  void* context_ = nullptr;
};

}  // namespace

std::unique_ptr<Device> openGpu(int ordinal, bool spins) {
  int count = 0;
  if (!driver() || driver()->cuDeviceGetCount(&count) != 0 || ordinal >= count) return nullptr;
  return std::make_unique<Gpu>(ordinal, spins);
}

}  // namespace trtexec
