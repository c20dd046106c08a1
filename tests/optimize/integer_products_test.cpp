#include "optimize/passes/integer_products.h"

#include "optimize/pass_test.h"
#include "optimize/passes/dead_code.h"

namespace tenfold {
namespace {

int integersAlone(Graph& graph) { return formIntegerProducts(graph) + removeDeadCode(graph); }

// The operators that are left, in order; `after` checks the results.
std::string operatorsAfter(const std::string& text) {
  std::string all = after(integersAlone, text), out;
  for (size_t at = all.find(" = "); at != std::string::npos; at = all.find(" = ", at + 1)) {
    size_t end = all.find('(', at);
    if (all.compare(at + 3, 5, "const") != 0)
      out += (out.empty() ? "" : " ") + all.substr(at + 3, end - at - 3);
  }
  return out;
}

class IntegerProducts : public testing::TestWithParam<BeforeAfter> {};
TEST_P(IntegerProducts, KeepResults) { EXPECT_EQ(operatorsAfter(GetParam().before), GetParam().after); }

#define LEFT "x:u8[2,4,6] -> a = DequantizeLinear(x, f32[]{0.1}, u8[]{7}); "
#define MATMUL "MatMulInteger Cast Mul Mul"
#define SUMS "MatMulInteger MatMulInteger Mul Sub"
INSTANTIATE_TEST_SUITE_P(
    Formed, IntegerProducts,
    testing::Values(
        BeforeAfter{LEFT "w = DequantizeLinear(i8[6,5] random(1), f32[]{0.2}); y = MatMul(a, w)", MATMUL},
        BeforeAfter{LEFT
                    "w = DequantizeLinear(i8[6,3] random(1), f32[3]{0.2,0.1,0.3}, i8[3]{0,0,0}) {axis=1}; "
                    "y = MatMul(a, w)",
                    MATMUL},
        BeforeAfter{LEFT
                    "w = DequantizeLinear(i8[3,6] random(1), f32[3]{0.2,0.1,0.3}) {axis=0}; y = MatMul(a, "
                    "w) {transB=1}",
                    MATMUL},
        BeforeAfter{LEFT "w = DequantizeLinear(u8[6,5] random(1), f32[]{0.2}, u8[]{128}); y = MatMul(a, w)",
                    MATMUL},
        BeforeAfter{
            "x:i8[4,6], s:f32[] -> a = DequantizeLinear(x, s); w = DequantizeLinear(i8[6,5] random(1), "
            "f32[]{0.2}); y = MatMul(a, w)",
            MATMUL},
        BeforeAfter{"x:u8[2,4,5,5] -> a = DequantizeLinear(x, f32[]{0.1}, u8[]{7}); w = "
                    "DequantizeLinear(i8[3,4,3,3] random(1), f32[3]{0.2,0.1,0.3}) {axis=0}; y = Conv(a, w, "
                    "f32[3]{1,2,3}) {pads=[1,1,1,1]}",
                    "ConvInteger Cast Mul Mul Reshape Add"},
        BeforeAfter{
            "x:u8[2,4,5] -> a = DequantizeLinear(x, f32[]{0.1}, u8[]{7}); w = DequantizeLinear(i8[4,1,3] "
            "random(1), f32[]{0.2}); y = Conv(a, w) {group=4}",
            "ConvInteger Cast Mul Mul"},
        BeforeAfter{"x:u8[4,6] -> y = MatMulInteger(x, u8[6,5] random(1), u8[]{3}, u8[]{128})",
                    "MatMulInteger"},
        BeforeAfter{"x:u8[4,6] -> y = MatMulInteger(x, u8[6,5] random(1), u8[]{3}, u8[]{120})", SUMS},
        BeforeAfter{"x:u8[2,4,6], z:u8[] -> y = MatMulInteger(x, i8[5,6] random(1), z, i8[5]{1,2,-3,0,5}) "
                    "{transB=1}",
                    SUMS},
        BeforeAfter{"x:u8[4,6] -> y = MatMulInteger(x, u8[6,5] random(1))", SUMS},
        BeforeAfter{"x:u8[2,4,5,5] -> y = ConvInteger(x, u8[3,4,3,3] random(1), u8[]{9}, u8[]{100}) "
                    "{pads=[1,1,1,1], strides=[2,2]}",
                    "ConvInteger ConvInteger Mul Sub"},
        BeforeAfter{"x:u8[2,4,5,5] -> y = ConvInteger(x, i8[3,4,3,3] random(1), u8[]{9}, i8[3]{1,2,3})",
                    "ConvInteger ConvInteger Mul Sub"}));

// What stays as it is.
#define KEPT "DequantizeLinear DequantizeLinear MatMul"
INSTANTIATE_TEST_SUITE_P(
    Left, IntegerProducts,
    testing::Values(
        // Weights that are off centre, scales along the wrong axis or on the left, weights that come at run
        // time.
        BeforeAfter{LEFT "w = DequantizeLinear(i8[6,5] random(1), f32[]{0.2}, i8[]{3}); y = MatMul(a, w)",
                    KEPT},
        BeforeAfter{LEFT "w = DequantizeLinear(u8[6,5] random(1), f32[]{0.2}); y = MatMul(a, w)", KEPT},
        BeforeAfter{LEFT
                    "w = DequantizeLinear(i8[3,3] random(1), f32[3]{0.2,0.1,0.3}) {axis=0}; s = Slice(a, "
                    "i64[1]{0}, i64[1]{3}, i64[1]{2}); y = MatMul(s, w)",
                    "DequantizeLinear DequantizeLinear Slice MatMul"},
        BeforeAfter{"x:u8[4,6] -> a = DequantizeLinear(x, f32[4]{0.1,0.2,0.3,0.4}) {axis=0}; w = "
                    "DequantizeLinear(i8[6,5] random(1), f32[]{0.2}); y = MatMul(a, w)",
                    KEPT},
        BeforeAfter{"x:u8[4,6], v:i8[6,5] -> a = DequantizeLinear(x, f32[]{0.1}); w = DequantizeLinear(v, "
                    "f32[]{0.2}); y = MatMul(a, w)",
                    KEPT}));

TEST(IntegerProducts, DynamicQuantizationComesApart) {
  for (const char* text : {"x:f32[3,4] -> y, s, z = DynamicQuantizeLinear(x)",
                           "x:f32[5] -> p = Abs(x); y, s, z = DynamicQuantizeLinear(p)",
                           "x:f32[5] -> p = Mul(x, f32[]{0}); y, s, z = DynamicQuantizeLinear(p)"}) {
    std::string all = after(integersAlone, text, 0);
    EXPECT_EQ(all.find("DynamicQuantizeLinear"), std::string::npos) << all;
  }
}

}  // namespace
}  // namespace tenfold
