#include "targets/tactic_harness.h"

namespace tenfold {
namespace {

using testing_util::checkText;

void expectPointwise(const std::string& text, double tolerance = 1e-6) {
  EXPECT_GT(checkText(text, tolerance)["pointwise"], 0) << text;
}

TEST(CpuPointwise, FunctionsOverTheirRange) {
  for (const char* op : {"Exp",       "Tanh",  "Sigmoid", "Erf",  "Relu", "Softplus",   "Mish",
                         "HardSwish", "Elu",   "Selu",    "Gelu", "Sin",  "Cos",        "Floor",
                         "Ceil",      "Round", "Sign",    "Abs",  "Neg",  "Reciprocal", "Swish"}) {
    std::string name = op;
    expectPointwise("x:f32[3001] random(3,-12,12) -> y = " + name + "(x)");
    expectPointwise("x:f32[2,0,3] -> y = " + name + "(x)");
  }
  expectPointwise("x:f32[3001] random(3,0,90) -> y = Exp(x)");
  expectPointwise("x:f32[3001] random(3,-120,-60) -> y = Exp(x)");
  expectPointwise("x:f32[3001] random(3,0.0001,900) -> y = Log(x)");
  expectPointwise("x:f32[3001] random(3,-0.001,0.001) -> y = Tanh(x)");
  expectPointwise("x:f32[3001] random(3,-0.001,0.001) -> y = Erf(x)");
}

TEST(CpuPointwise, QuantizationWithinRegions) {
  for (const char* type : {"u8", "i8"})
    expectPointwise(fmt::format(
        "x:f32[37,41] random(3,-9,9) -> y, z = Region(x) {{kind=\"pointwise\"}} graph body(x:f32[37,41]) {{ "
        "r = Elu(x); q = QuantizeLinear(r, f32[]{{0.03}}, {0}[]{{5}}); d = DequantizeLinear(q, "
        "f32[]{{0.03}}, "
        "{0}[]{{5}}); y = Relu(d); return q, y }}",
        type));
}

TEST(CpuPointwise, SpecialValues) {
  for (const char* op : {"Exp", "Tanh", "Sigmoid", "Erf", "Relu", "Log", "Sqrt", "IsNaN", "IsInf", "Abs",
                         "Neg", "Floor", "Sign", "Reciprocal", "Elu", "LeakyRelu"})
    expectPointwise("x:f32[7] {nan,inf,-inf,0,-0.0,1,-1} -> y = " + std::string(op) + "(x)");
  for (const char* op : {"Add", "Mul", "Max", "Min", "Less", "Equal", "Div"})
    expectPointwise("x:f32[6] {nan,inf,-inf,0,1,2}, z:f32[6] {1,1,inf,nan,0,2} -> y = " + std::string(op) +
                    "(x, z)");
  expectPointwise("x:f32[5] {nan,inf,-inf,0,3} -> y = Clip(x, f32[]{-1}, f32[]{2})");
}

TEST(CpuPointwise, Broadcasts) {
  for (const char* shapes :
       {"a:f32[7,1,33], b:f32[5,1]", "a:f32[1], b:f32[3,700]", "a:f32[2,16,7,7], b:f32[1,16,1,1]",
        "a:f32[2,3,1,5,1], b:f32[3,9,1,6]", "a:f32[], b:f32[]", "a:f32[4,768], b:f32[768]",
        "a:f32[2,64,1], b:f32[2,64,640]", "a:f32[513], b:f32[513]", "a:f32[6,2], b:f32[6,1]"})
    expectPointwise(std::string(shapes) + " -> y = Sub(a, b)");
  expectPointwise("c:bool[2,1,5], a:f32[3,1], b:f32[5] -> y = Where(c, a, b)");
  expectPointwise(
      "a:f32[100,1000], b:f32[100,1000], c:f32[1000] -> s = Add(a, b); t = Mul(s, c); y = Sigmoid(t)");
}

TEST(CpuPointwise, TypesOtherThanFloat) {
  for (const char* type : {"i8", "u8", "i16", "u16", "i32", "u32", "i64", "f64", "f16", "bf16"})
    for (const char* op : {"Add", "Sub", "Mul"})
      expectPointwise(fmt::format("a:{}[37,3], b:{}[3] -> y = {}(a, b)", type, type, op), 1e-3);
  expectPointwise("a:i8[4] {100,-100,127,-128}, b:i8[4] {100,-100,1,-1} -> y = Add(a, b)");
  expectPointwise("a:i32[100], b:i32[100] random(3,1,5) -> y = Div(a, b)");
  expectPointwise("a:i64[100], b:i64[100] random(3,1,5) -> y = Mod(a, b)");
  for (const char* from : {"f32", "i32", "i64", "bool", "u8", "f16"})
    for (const char* to : {"f32", "i32", "i64", "f16", "bf16", "f64", "bool"})
      expectPointwise(fmt::format("x:{}[67] -> y = Cast(x) {{to={}}}", from, to));
}

TEST(CpuPointwise, Quantization) {
  for (const char* type : {"u8", "i8", "i16", "u16"}) {
    expectPointwise(
        fmt::format("x:f32[3,333] random(3,-9,9) -> y = QuantizeLinear(x, f32[]{{0.05}}, {0}[]{{3}}); z = "
                    "DequantizeLinear(y, f32[]{{0.05}}, {0}[]{{3}})",
                    type));
    expectPointwise(fmt::format(
        "x:f32[9] {{nan,inf,-inf,0,1e9,-1e9,3e9,-3e9,0.5}} -> y = QuantizeLinear(x, f32[]{{1}}, {}[]{{3}})",
        type));
  }
  expectPointwise(
      "x:f32[20] {0,1.9,-1.9,2e9,-2e9,-0.0,4,5,6,7,8,9,10,11,12,13,14,15,16,17} -> y = Cast(x) {to=i32}");
}

}  // namespace
}  // namespace tenfold
