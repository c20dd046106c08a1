// Every test case of every operator by every tactic of the CUDA target that accepts it, in the types of the
// case and with its 32-bit floats as 16-bit ones.
#include <regex>

#include "base/error.h"
#include "targets/tactic_harness.h"

namespace tenfold {
namespace {

class CudaTactics : public testing::TestWithParam<const OpDef*> {
 protected:
  static bool parses(const std::string& text) {
    try {
      parseCase(text);
      return true;
    } catch (const Error&) {
      return false;
    }
  }
  void check(const char* from, const char* to, double least) {
    if (GetParam()->isRandom) GTEST_SKIP() << "random";
    for (const OpCase& c : GetParam()->cases) {
      std::string text = c.text;
      if (from)
        text = std::regex_replace(text, std::regex(std::string("\\b") + from + "\\["), std::string(to) + "[");
      if (from && (text == c.text || !parses(text))) continue;  // some operators exist for other types only
      for (const auto& [tactic, count] : testing_util::checkText(text, std::max(c.tolerance, least), "cuda"))
        if (count) std::printf("ran %s %s %d\n", GetParam()->name, tactic.c_str(), count);
    }
  }
};

TEST_P(CudaTactics, AgreeWithTheReference) { check(nullptr, nullptr, 1e-5); }
TEST_P(CudaTactics, AgreeInHalfPrecision) { check("f32", "f16", 4e-3); }

INSTANTIATE_TEST_SUITE_P(Cuda, CudaTactics, testing::ValuesIn(allOpDefs()),
                         [](const auto& info) { return std::string(info.param->name); });

}  // namespace
}  // namespace tenfold
