// cuDNN 9's graph API, loaded when it is first needed.
#pragma once

#include <cudnn_graph.h>

#include <memory>
#include <string>

namespace tenfold::cuda {

// clang-format off
#define TENFOLD_CUDNN_FUNCTIONS(X) \
  X(cudnnCreate) X(cudnnSetStream) X(cudnnGetVersion) X(cudnnGetErrorString) X(cudnnGetLastErrorString) \
  X(cudnnBackendCreateDescriptor) X(cudnnBackendDestroyDescriptor) X(cudnnBackendSetAttribute) \
  X(cudnnBackendGetAttribute) X(cudnnBackendFinalize) X(cudnnBackendExecute)
// clang-format on

struct Cudnn {
#define TENFOLD_MEMBER(f) decltype(&::f) f = nullptr;
  TENFOLD_CUDNN_FUNCTIONS(TENFOLD_MEMBER)
#undef TENFOLD_MEMBER
};

// Throws Error (kUnsupported) that says what is missing where the library is not there.
const Cudnn& cudnn();
// Why cudnn() would throw, or empty.
std::string cudnnMissing();
// A handle that this thread alone uses as long as it lives; threads that end leave theirs to later ones. Made
// in the context that is current then.
cudnnHandle_t cudnnThreadHandle();
// Throws Error that names the call and quotes the library: kUnsupported where it only says that it cannot.
void check(cudnnStatus_t status, const char* call);

}  // namespace tenfold::cuda
