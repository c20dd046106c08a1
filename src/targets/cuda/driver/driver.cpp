#include "targets/cuda/driver/driver.h"

#include "base/error.h"
#include "targets/cuda/driver/library.h"

namespace tenfold::cuda {
namespace {

#define TENFOLD_TEXT(x) #x
#define TENFOLD_NAME(x) TENFOLD_TEXT(x)

const Library& library() {
  static const Library instance{"libcuda.so.1"};
  return instance;
}

Driver load() {
  Driver d;
#define TENFOLD_LOAD(f) d.f = reinterpret_cast<decltype(d.f)>(library().get(TENFOLD_NAME(f)));
  TENFOLD_DRIVER_FUNCTIONS(TENFOLD_LOAD)
#undef TENFOLD_LOAD
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
