#include "targets/cuda/driver/driver.h"

#include "base/error.h"

namespace tenfold::cuda {
namespace {

const Library& library() {
  static const Library instance{"libcuda.so.1"};
  return instance;
}

Driver load() {
  Driver d;
  d.load(library());
  CUresult result = d.cuInit(0);
  if (result != CUDA_SUCCESS)
    fail(ErrorKind::kUnsupported,
         "the CUDA driver does not start (error {}): is there a GPU, and may it be used?",
         static_cast<int>(result));
  return d;
}

}  // namespace

const Driver& driver() {
  static const Driver instance = load();
  return instance;
}

bool hasDevice() {
  static const bool found = [] {
    if (!library().isLoaded()) return false;
    try {
      int count = 0;
      return driver().cuDeviceGetCount(&count) == CUDA_SUCCESS && count > 0;
    } catch (const Error&) {
      return false;
    }
  }();
  return found;
}

void check(CUresult result, const char* what) {
  if (result == CUDA_SUCCESS) return;
  const char* name = nullptr;
  const char* text = nullptr;
  driver().cuGetErrorName(result, &name);
  driver().cuGetErrorString(result, &text);
  fail(result == CUDA_ERROR_OUT_OF_MEMORY ? ErrorKind::kOutOfMemory : ErrorKind::kInternal,
       "{} failed: {} ({})", what, text ? text : "unknown error", name ? name : "?");
}

}  // namespace tenfold::cuda
