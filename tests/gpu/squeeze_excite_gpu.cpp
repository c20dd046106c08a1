// The mean of images with two small products behind it, as one kernel, against the reference.
#include <fmt/format.h>

#include <algorithm>

#include "gpu/with_configs.h"

namespace tenfold {
namespace {

struct Block {
  const char* type;
  int images, channels;
  const char* pixels;
  int squeezed, factors;
  const char *first = "Swish(s)", *second = "Sigmoid(t)";
};

// Where the reference rounds means and sums to 16 bits, the kernel does not; 32 bits tell whether it is
// right.
double toleranceOf(const Block& b) { return b.type[0] == 'b' ? 5e-2 : b.type[1] == '1' ? 1e-2 : 1e-5; }

void check(const Block& b, const std::vector<std::string>& configs = {}, const std::string& contents = "") {
  std::string ones, pixels = b.pixels;
  for (auto axes = std::count(pixels.begin(), pixels.end(), ',') + 1; axes > 0; --axes) ones += ",1";
  std::string image = fmt::format("x:{}[{},{},{}]", b.type, b.images, b.channels, pixels),
              rest = fmt::format(", w:{0}[{1},{2}{4}], b:{0}[{1}], v:{0}[{3},{1}{4}], c:{0}[{3}]", b.type,
                                 b.squeezed, b.channels, b.factors, ones);
  testing_util::checkConfigs(
      "squeeze-excite",
      fmt::format("{0}{1}{2} -> y = Region(x, w, b, v, c) {{kind=\"pool\"}} graph g({0}{2}) {{ m = "
                  "GlobalAveragePool(x) s = Conv(m, w, b) a = {3} t = Conv(a, v, c) y = {4} return y }}",
                  image, contents, rest, b.first, b.second),
      toleranceOf(b), configs);
}

std::vector<std::string> configs() {
  std::vector<std::string> all = {"p1"};
  if (testing_util::isHopper()) all.insert(all.end(), {"p2", "p4", "p8"});
  return all;
}

TEST(SqueezeExciteGpu, AgreesWithTheReference) {
  for (const char* type : {"f16", "bf16", "f32"})
    for (const Block& b : {Block{type, 3, 32, "9,7", 8, 32}, Block{type, 2, 144, "5,5", 6, 144},
                           Block{type, 1, 240, "3,3", 10, 240, "Relu(s)", "HardSigmoid(t)"},
                           Block{type, 2, 24, "13", 3, 17, "HardSwish(s)", "Tanh(t)"},
                           Block{type, 1, 1152, "7,7", 48, 1152}, Block{type, 1, 8, "2,3,4", 130, 5}})
      check(b, configs());
}

TEST(SqueezeExciteGpu, ManyPixelsAndChannels) {
  check({"f16", 1, 32, "70,60", 8, 32}, configs());
  check({"f32", 1, 2304, "2,3", 20, 70}, configs());
  check({"f16", 1, 4096, "3,1", 2, 4}, configs());
}

TEST(SqueezeExciteGpu, FewPixelsOrNoImages) {
  for (const char* type : {"f16", "f32"}) {
    check({type, 2, 40, "1,3", 20, 40}, configs());
    check({type, 2, 40, "1,1", 70, 40}, configs());
  }
  check({"f16", 0, 40, "4,3", 20, 40});
}

// One image's NaN stays in it.
TEST(SqueezeExciteGpu, NoNumbers) {
  std::string contents;
  for (int i = 0; i < 2 * 8 * 3; ++i) contents += fmt::format("{}{}", i ? "," : "", i == 30 ? "nan" : "0.5");
  check({"f16", 2, 8, "1,3", 4, 8, "Swish(s)", "Neg(t)"}, configs(), " {" + contents + "}");
}

}  // namespace
}  // namespace tenfold
