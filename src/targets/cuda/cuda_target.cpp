#include "targets/cuda/cuda_target.h"

#include <algorithm>
#include <limits>
#include <map>
#include <thread>

#include "base/error.h"
#include "targets/cuda/abilities.h"
#include "targets/cuda/driver/driver.h"
#include "targets/cuda/jit/module.h"
#include "targets/tactic_support.h"

namespace tenfold::cuda {
namespace {

CUdeviceptr pointer(const void* memory) { return reinterpret_cast<CUdeviceptr>(memory); }

class GraphRecording final : public Recording {
 public:
  explicit GraphRecording(CUgraph graph) {
    CUresult result = driver().cuGraphInstantiateWithFlags(&executable_, graph, 0);
    driver().cuGraphDestroy(graph);
    check(result, "making a CUDA graph");
  }
  ~GraphRecording() override { driver().cuGraphExecDestroy(executable_); }
  void replay(StreamHandle stream) override {
    check(driver().cuGraphLaunch(executable_, static_cast<CUstream>(stream)), "launching a CUDA graph");
  }

 private:
  CUgraphExec executable_ = nullptr;
};

}  // namespace

CudaTarget::CudaTarget(const Device& device, std::unique_ptr<Tactic> (*plugins)(Target&))
    : device_(device), name_(device.exists() ? "cuda" : "cuda:" + device.name) {
  if (device.exists()) {
    check(driver().cuDevicePrimaryCtxRetain(&context_, device.ordinal), "cuDevicePrimaryCtxRetain");
    use();
    check(driver().cuStreamCreate(&recorder_, CU_STREAM_NON_BLOCKING), "cuStreamCreate");
  }
  owned_ = makeTactics(device_);
  owned_.insert(owned_.end() - 1, plugins(*this));
  for (const auto& tactic : owned_) tactics_.push_back(tactic.get());
}

CudaTarget::~CudaTarget() = default;  // the process ends: the driver cleans up

std::string CudaTarget::deviceSignature() const {
  return fmt::format("{} {} {}", device_.name, device_.architecture(), device_.multiprocessors);
}

void CudaTarget::use() {
  if (!device_.exists())
    fail(ErrorKind::kUnsupported,
         "there is no GPU here: a plan for {} can be built but not run; run it where a GPU is, or build for "
         "the CPU",
         device_.name);
  CUcontext current = nullptr;
  driver().cuCtxGetCurrent(&current);
  if (current != context_) check(driver().cuCtxSetCurrent(context_), "cuCtxSetCurrent");
}

void* CudaTarget::allocate(size_t bytes) {
  use();
  CUdeviceptr memory = 0;
  CUresult result = driver().cuMemAlloc(&memory, std::max<size_t>(bytes, 1));
  if (result == CUDA_ERROR_OUT_OF_MEMORY) {
    size_t free = 0, total = 0;
    driver().cuMemGetInfo(&free, &total);
    fail(
        ErrorKind::kOutOfMemory,
        "out of device memory: {} bytes are wanted, {} of {} are free; run smaller shapes or fewer contexts, "
        "or release what else uses the GPU",
        bytes, free, total);
  }
  check(result, "cuMemAlloc");
  return reinterpret_cast<void*>(memory);
}

void CudaTarget::release(void* memory) {
  if (!memory) return;
  use();
  driver().cuMemFree(pointer(memory));
}

void CudaTarget::copy(void* to, const void* from, size_t bytes, StreamHandle stream) {
  if (!bytes) return;
  use();
  check(driver().cuMemcpyAsync(pointer(to), pointer(from), bytes, static_cast<CUstream>(stream)),
        "copying memory");
  // Without a stream of its own the caller may reuse its memory at once.
  if (!stream) synchronize(nullptr);
}

void CudaTarget::submit(StreamHandle, void (*task)(void*), void* data) {
  use();
  task(data);
}

void CudaTarget::synchronize(StreamHandle stream) {
  use();
  check(driver().cuStreamSynchronize(static_cast<CUstream>(stream)), "the work on the GPU");
}

// In a graph, as a network runs: the host takes longer to launch a small kernel than the GPU to run it.
double CudaTarget::time(const std::function<void(StreamHandle)>& work, int iterations) {
  use();
  constexpr double kMost = 20, kEnough = 5e-3;  // runs and seconds of a burst, so that gaps do not count
  Event start, end;
  auto secondsOf = [&](auto&& run) {
    start.record(nullptr);
    run();
    end.record(nullptr);
    return end.secondsSince(start);
  };
  const double once = secondsOf([&] { work(nullptr); });
  const int burst = static_cast<int>(std::clamp(kEnough / std::max(once, 1e-9), 1.0, kMost));
  auto launchAll = [&](StreamHandle stream) {
    for (int n = 0; n < burst; ++n) work(stream);
  };
  std::unique_ptr<Recording> recording;
  // What waits for the host cannot be recorded.
  if (reasonOf([&] { recording = recordLaunches(launchAll); }).empty() && burst > 1)
    recording->replay(nullptr);
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < iterations; ++i)
    best = std::min(best, secondsOf([&] { recording ? recording->replay(nullptr) : launchAll(nullptr); }));
  return best / burst;
}

bool CudaTarget::mayRecord(StreamHandle stream) {
  use();
  CUstreamCaptureStatus status = CU_STREAM_CAPTURE_STATUS_NONE;
  // The legacy default stream cannot be asked while another thread captures; then it is not recorded.
  return driver().cuStreamIsCapturing(static_cast<CUstream>(stream), &status) == CUDA_SUCCESS &&
         status == CU_STREAM_CAPTURE_STATUS_NONE;
}

std::unique_ptr<Recording> CudaTarget::recordLaunches(const std::function<void(StreamHandle)>& work) {
  use();
  std::lock_guard lock(recording_);
  check(driver().cuStreamBeginCapture(recorder_, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL),
        "cuStreamBeginCapture");
  CUgraph graph = nullptr;
  try {
    work(recorder_);
  } catch (...) {
    driver().cuStreamEndCapture(recorder_, &graph);
    if (graph) driver().cuGraphDestroy(graph);
    throw;
  }
  check(driver().cuStreamEndCapture(recorder_, &graph), "cuStreamEndCapture");
  return std::make_unique<GraphRecording>(graph);
}

void CudaTarget::setKernelMemory(DeviceMemory* memory) {
  if (memory) use();  // whoever loads or prepares needs the context
  DeviceBuffer::setSource(memory == this ? nullptr : memory);
}

std::unique_ptr<StreamClock> CudaTarget::makeClock(size_t marks) {
  use();
  return std::make_unique<Clock>(marks);
}

std::shared_ptr<void> CudaTarget::makeStream() {
  use();
  return cuda::makeStream(context_);
}

std::unique_ptr<StreamEvents> CudaTarget::makeEvents(size_t count) {
  use();
  return std::make_unique<Events>(count);
}

void CudaTarget::recordEvent(void* event, StreamHandle stream) {
  check(driver().cuEventRecord(static_cast<CUevent>(event), static_cast<CUstream>(stream)), "cuEventRecord");
}

bool CudaTarget::acceptsChannelsLast(const Node& node) const { return cuda::acceptsChannelsLast(node); }
bool CudaTarget::fusesEpilogue(const Node& anchor, const Node& node) const {
  return cuda::fusesEpilogue(anchor, node);
}
int CudaTarget::compileThreads() const {
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}
FusionLimits CudaTarget::fusionLimits() const { return {}; }

}  // namespace tenfold::cuda

namespace tenfold::cuda {
namespace {

// The device that the program has chosen for this thread (cudaSetDevice), else the first.
int currentDevice() {
  CUcontext current = nullptr;
  CUdevice device = 0;
  bool chosen = driver().cuCtxGetCurrent(&current) == CUDA_SUCCESS && current &&
                driver().cuCtxGetDevice(&device) == CUDA_SUCCESS;
  return chosen ? device : 0;
}

// Targets live until the program ends.
Target* targetOf(const std::string& which, std::unique_ptr<Tactic> (*plugins)(Target&)) {
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<CudaTarget>> made;
  std::lock_guard lock(mutex);
  std::unique_ptr<CudaTarget>& target = made[which];
  if (target) return target.get();
  bool isNumber = which.find_first_not_of("0123456789") == std::string::npos && which.size() < 4;
  target = std::make_unique<CudaTarget>(isNumber ? readDevice(std::stoi(which)) : deviceOfArchitecture(which),
                                        plugins);
  return target.get();
}

}  // namespace
}  // namespace tenfold::cuda

// What targets.cpp looks for in this library. `which`: null for the current GPU; its number; or "sm_90" and
// the like, for building without one. `plugins`: as in CudaTarget. Null, with the reason in `reason`, where
// it cannot be used.
extern "C" __attribute__((visibility("default"))) tenfold::Target* tenfoldCudaTarget(
    const char* which, std::unique_ptr<tenfold::Tactic> (*plugins)(tenfold::Target&), std::string* reason) {
  using namespace tenfold;
  try {
    if (which) return cuda::targetOf(which, plugins);
    if (!cuda::hasDevice()) cuda::driver();  // says what is missing
    require(cuda::hasDevice(), "there is no CUDA device");
    return cuda::targetOf(std::to_string(cuda::currentDevice()), plugins);
  } catch (const std::exception& e) {
    *reason = e.what();
    return nullptr;
  }
}
