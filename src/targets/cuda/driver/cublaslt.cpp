#include "targets/cuda/driver/cublaslt.h"

#include "base/error.h"

namespace tenfold::cuda {
namespace {

CublasLt load() {
  static const Library library{"libcublasLt.so.13", "libcublasLt.so.12"};
  CublasLt lt;
  lt.load(library);
  return lt;
}

}  // namespace

const CublasLt& cublasLt() {
  static const CublasLt instance = load();
  return instance;
}

std::string cublasLtMissing() {
  static const std::string reason = []() -> std::string {
    try {
      cublasLt();
      return "";
    } catch (const Error& e) {
      return e.what();
    }
  }();
  return reason;
}

cublasLtHandle_t cublasLtHandle() {
  static const cublasLtHandle_t handle = [] {
    cublasLtHandle_t made = nullptr;
    check(cublasLt().cublasLtCreate(&made), "cublasLtCreate");
    return made;
  }();
  return handle;
}

void check(cublasStatus_t status, const char* call) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  fail(status == CUBLAS_STATUS_ALLOC_FAILED    ? ErrorKind::kOutOfMemory
       : status == CUBLAS_STATUS_NOT_SUPPORTED ? ErrorKind::kUnsupported
                                               : ErrorKind::kInternal,
       "{} failed: {}", call, cublasLt().cublasLtGetStatusName(status));
}

}  // namespace tenfold::cuda
