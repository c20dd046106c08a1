#include "base/error.h"
#include "targets/tactic_harness.h"

namespace tenfold {
namespace {

void expectRuns(const std::string& text, const std::string& tactic) {
  auto counts = testing_util::checkText(text, 0);
  EXPECT_GT(counts[tactic], 0) << text;
}

TEST(CpuMovement, Transposes) {
  for (const char* text :
       {"x:f32[67,45] -> y = Transpose(x)", "x:f32[2,33,12,64] -> y = Transpose(x) {perm=[0,2,1,3]}",
        "x:f32[2,12,33,64] -> y = Transpose(x) {perm=[0,1,3,2]}",
        "x:f16[3,40,41] -> y = Transpose(x) {perm=[0,2,1]}",
        "x:i64[5,6,7] -> y = Transpose(x) {perm=[2,0,1]}", "x:u8[20,30] -> y = Transpose(x)",
        "x:f32[3,1,5,2] -> y = Transpose(x) {perm=[3,2,1,0]}", "x:f32[0,3] -> y = Transpose(x)",
        "x:f32[4,5,6,2] -> y = Transpose(x) {perm=[1,0,2,3]}", "x:f32[300,500] -> y = Transpose(x)",
        "x:f32[2,3,9,50] -> y = Transpose(x) {perm=[0,2,3,1]}",
        "x:f32[2,9,50,3] -> y = Transpose(x) {perm=[0,3,1,2]}",
        "x:f32[2,64,7,7] -> y = Transpose(x) {perm=[0,2,3,1]}"})
    expectRuns(text, "movement");
  expectRuns("x:f32[2,64,7,7] -> y = Transpose(x) {perm=[0,2,3,1]}", "movement@last");
}

TEST(CpuMovement, PiecesOfTensors) {
  for (const char* text :
       {"x:f32[2,9,5,5] -> y = Slice(x, i64[2]{1,-3}, i64[2]{9,-1}, i64[2]{1,3})",
        "x:f32[2,9,5] -> y = Slice(x, i64[1]{-1}, i64[1]{-99}, i64[1]{1}, i64[1]{-2})",
        "x:f32[2,7,3,2], z:f32[2,5,3,2] -> y = Concat(x, z) {axis=1}",
        "x:f32[2,7,3], z:f32[2,7,0] -> y = Concat(x, z) {axis=2}",
        "x:f32[2,6,4,3] -> y, z, w = Split(x) {axis=1, num_outputs=3}",
        "x:f16[7,2] -> y, z = Split(x, i64[2]{2,5})", "x:f32[3,1,4] -> y = Expand(x, i64[4]{2,3,5,4})",
        "x:f32[2,3,4] -> y = Tile(x, i64[3]{2,1,3})"})
    expectRuns(text, "movement");
}

TEST(CpuMovement, Pads) {
  for (const char* mode : {"constant", "edge", "reflect", "wrap"}) {
    expectRuns(
        fmt::format("x:f32[2,3,5,6] -> y = Pad(x, i64[8]{{0,1,2,1,0,1,0,3}}, _) {{mode=\"{}\"}}", mode),
        "pad");
    expectRuns(
        fmt::format("x:f32[1,3,5,6] -> y = Pad(x, i64[4]{{1,-2,0,2}}, _, i64[2]{{2,3}}) {{mode=\"{}\"}}",
                    mode),
        "pad@last");
  }
  expectRuns("x:f32[2,3] -> y = Pad(x, i64[4]{1,0,0,2}, f32[]{1.5})", "pad");
  expectRuns("x:i8[] -> y = Pad(x, i64[0]{})", "pad");
}

TEST(CpuMovement, Gathers) {
  expectRuns("x:f32[50,33] -> y = Gather(x, i64[2,3]{0,-1,4,2,49,-50})", "gather");
  expectRuns("x:f16[2,5,3] -> y = Gather(x, i32[]{1}) {axis=1}", "gather");
  expectRuns("x:i64[2,5] -> y = Gather(x, i32[4]{1,1,0,4}) {axis=-1}", "gather");
}

TEST(CpuMovement, GathersByTuplesAndElements) {
  for (const char* text :
       {"x:f32[4,5,6] -> y = GatherND(x, i64[3,2]{0,-1,3,2,-4,0})",
        "x:f16[2,5,3] -> y = GatherND(x, i32[2,4,1]{0,1,-1,2,4,3,2,1}) {batch_dims=1}",
        "x:i8[3,4] -> y = GatherND(x, i64[2,2]{2,3,0,0})",
        "x:f32[3,4] -> y = GatherElements(x, i64[2,4]{0,-1,2,1,1,1,0,-3})",
        "x:i64[3,4] -> y = GatherElements(x, i32[3,2]{0,3,-1,-4,2,2}) {axis=1}",
        "x:f32[2,3,4] -> y = GatherElements(x, i64[2,2,3]{0,1,2,-1,0,1,2,2,2,1,0,0}) {axis=1}"})
    expectRuns(text, "indexed");
}

TEST(CpuMovement, Scatters) {
  for (const char* reduction : {"none", "add", "mul", "max", "min"})
    for (const char* type : {"f32", "i32", "i64"}) {
      expectRuns(fmt::format("x:{0}[4,5], u:{0}[3,5] -> y = ScatterND(x, i64[3,1]{{2,0,-2}}, u) "
                             "{{reduction=\"{1}\"}}",
                             type, reduction),
                 "indexed");
      expectRuns(fmt::format("x:{0}[2,3,4], u:{0}[2,2,3] -> y = ScatterElements(x, "
                             "i32[2,2,3]{{0,1,2,-1,0,1,2,2,2,1,0,0}}, u) {{axis=1, reduction=\"{1}\"}}",
                             type, reduction),
                 "indexed");
    }
  expectRuns("x:u8[6], u:u8[2] -> y = ScatterElements(x, i64[2]{-1,2}, u)", "indexed");
}

TEST(CpuMovement, IntegerReductions) {
  for (const char* op : {"ReduceSum", "ReduceMean", "ReduceProd", "ReduceMax", "ReduceMin"})
    for (const char* type : {"i32", "i64"})
      for (const char* axes : {"i64[1]{1}", "i64[2]{0,1}", "i64[2]{1,-1}", "i64[1]{2}", "_"})
        expectRuns(fmt::format("x:{}[3,4,5] -> y = {}(x, {}) {{keepdims=0}}", type, op, axes),
                   "integer_reduce");
}

TEST(CpuMovement, GatherRefusesIndicesOutOfRange) {
  TextCase c = parseCase("x:f32[5], i:i64[1] {7} -> y = Identity(i); z = Relu(x); return y, z");
  Graph graph;
  Value *x = graph.addInput("x", DataType::kFloat32, SymShape{5}),
        *i = graph.addInput("i", DataType::kInt64, SymShape{1});
  Node* node = graph.addNode("Gather", {x, i});
  std::vector<TensorDesc> in = {{DataType::kFloat32, {5}}, {DataType::kInt64, {1}}},
                          out = {{DataType::kFloat32, {1}}};
  const Tactic* tactic = target("cpu").findTactic("gather");
  auto kernel = tactic->load(*node, {"gather", "", {}, {}});
  auto launch = kernel->prepare(in, out);
  float result;
  void *inputs[] = {c.inputs[0].data(), c.inputs[1].data()}, *outputs[] = {&result};
  EXPECT_THROW(launch->run({inputs, outputs, nullptr, nullptr, nullptr}), Error);
}

}  // namespace
}  // namespace tenfold
