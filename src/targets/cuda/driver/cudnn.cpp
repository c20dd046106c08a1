#include "targets/cuda/driver/cudnn.h"

#include <mutex>
#include <vector>

#include "base/error.h"
#include "targets/cuda/driver/library.h"

namespace tenfold::cuda {
namespace {

Cudnn load() {
  static const Library library{"libcudnn.so.9"};
  Cudnn dnn;
#define TENFOLD_LOAD(f) dnn.f = reinterpret_cast<decltype(dnn.f)>(library.get(#f));
  TENFOLD_CUDNN_FUNCTIONS(TENFOLD_LOAD)
#undef TENFOLD_LOAD
  return dnn;
}

// Handles of threads that have ended. Neither it nor the handles are ever destroyed: the process ends.
struct HandlePool {
  std::mutex mutex;
  std::vector<cudnnHandle_t> idle;
};
HandlePool& handlePool() {
  static auto* pool = new HandlePool;
  return *pool;
}

struct ThreadHandle {
  cudnnHandle_t handle = nullptr;
  ThreadHandle() {
    HandlePool& pool = handlePool();
    std::lock_guard lock(pool.mutex);
    if (pool.idle.empty()) {
      check(cudnn().cudnnCreate(&handle), "cudnnCreate");
    } else {
      handle = pool.idle.back();
      pool.idle.pop_back();
    }
  }
  ~ThreadHandle() {
    HandlePool& pool = handlePool();
    std::lock_guard lock(pool.mutex);
    pool.idle.push_back(handle);
  }
  ThreadHandle(const ThreadHandle&) = delete;
};

}  // namespace

const Cudnn& cudnn() {
  static const Cudnn instance = load();
  return instance;
}

std::string cudnnMissing() {
  static const std::string reason = []() -> std::string {
    try {
      cudnn();
      return "";
    } catch (const Error& e) {
      return e.what();
    }
  }();
  return reason;
}

cudnnHandle_t cudnnThreadHandle() {
  thread_local const ThreadHandle mine;
  return mine.handle;
}

void check(cudnnStatus_t status, const char* call) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  char details[512] = {};
  cudnn().cudnnGetLastErrorString(details, sizeof details);
  int category = CUDNN_STATUS_CATEGORY(static_cast<int>(status));
  bool cannot = category == CUDNN_STATUS_NOT_SUPPORTED || category == CUDNN_STATUS_BAD_PARAM;
  fail(status == CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED ? ErrorKind::kOutOfMemory
       : cannot                                                       ? ErrorKind::kUnsupported
                                                                      : ErrorKind::kInternal,
       "{} failed: {} ({})", call, cudnn().cudnnGetErrorString(status), details);
}

}  // namespace tenfold::cuda
