#include "runtime/control_flow_cases.h"

namespace tenfold::testing_util {
namespace {

TEST(ControlFlow, AgreesWithTheReference) {
  for (const char* text : kControlFlowCases) checkControlFlow(text, target("cpu"));
}

}  // namespace
}  // namespace tenfold::testing_util
