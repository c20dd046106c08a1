// A list of cases that one tactic must compile for both generations of instructions.
#pragma once

#include "cuda/compile_harness.h"

namespace tenfold::testing_util {

inline void expectCompiles(const std::string& tactic, std::initializer_list<const char*> texts) {
  for (const char* architecture : {"sm_80", "sm_90"}) {
    Target* cuda = compileTarget(architecture);
    if (!cuda) GTEST_SKIP() << "the CUDA target cannot be loaded here";
    for (const char* text : texts)
      EXPECT_GE(compileText(*cuda, text)[tactic], 1) << text << " for " << architecture;
  }
}

}  // namespace tenfold::testing_util
