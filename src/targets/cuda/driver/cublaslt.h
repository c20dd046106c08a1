// cuBLASLt, loaded when it is first needed.
#pragma once

#include <cublasLt.h>

#include <memory>
#include <string>

#include "targets/cuda/driver/library.h"

namespace tenfold::cuda {

// clang-format off
#define TENFOLD_CUBLASLT_FUNCTIONS(X) \
  X(cublasLtCreate) X(cublasLtGetStatusName) X(cublasLtMatmul) X(cublasLtMatmulAlgoGetHeuristic) \
  X(cublasLtMatmulDescCreate) X(cublasLtMatmulDescDestroy) X(cublasLtMatmulDescSetAttribute) \
  X(cublasLtMatrixLayoutCreate) X(cublasLtMatrixLayoutDestroy) X(cublasLtMatrixLayoutSetAttribute) \
  X(cublasLtMatmulPreferenceCreate) X(cublasLtMatmulPreferenceDestroy) \
  X(cublasLtMatmulPreferenceSetAttribute)
// clang-format on

struct CublasLt {
  TENFOLD_FUNCTION_TABLE(TENFOLD_CUBLASLT_FUNCTIONS)
};

// Throws Error (kUnsupported) that says what is missing where the library is not there.
const CublasLt& cublasLt();
// Why cublasLt() would throw, or empty.
std::string cublasLtMissing();
// The process's handle, which all threads share; made in the context that is current at the first call.
cublasLtHandle_t cublasLtHandle();
// Throws Error that names the call.
void check(cublasStatus_t status, const char* call);

// Descriptors that destroy themselves.
struct LtDestroy {
  void operator()(cublasLtMatmulDesc_t d) const { cublasLt().cublasLtMatmulDescDestroy(d); }
  void operator()(cublasLtMatrixLayout_t d) const { cublasLt().cublasLtMatrixLayoutDestroy(d); }
  void operator()(cublasLtMatmulPreference_t d) const { cublasLt().cublasLtMatmulPreferenceDestroy(d); }
};
template <typename Pointer>
using LtHandle = std::unique_ptr<std::remove_pointer_t<Pointer>, LtDestroy>;

}  // namespace tenfold::cuda
