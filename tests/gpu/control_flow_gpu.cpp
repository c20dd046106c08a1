// If, Loop and Scan with tensors that stay on the GPU.
#include "runtime/control_flow_cases.h"

namespace tenfold::testing_util {
namespace {

TEST(CudaControlFlow, AgreesWithTheReference) {
  for (const char* text : kControlFlowCases) checkControlFlow(text, target("cuda"));
}

}  // namespace
}  // namespace tenfold::testing_util
