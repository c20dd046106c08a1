#include <gtest/gtest.h>

#include <limits>

#include "ops/run_op.h"

namespace tenfold::testing {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN(),
                 kInf = std::numeric_limits<double>::infinity();

Tensor floats(const std::vector<float>& v) { return Tensor::of<float>({static_cast<int64_t>(v.size())}, v); }
Tensor ints(const std::vector<int32_t>& v) {
  return Tensor::of<int32_t>({static_cast<int64_t>(v.size())}, v);
}

void expectNumbers(const Tensor& t, const std::vector<double>& expected) {
  std::vector<double> found = numbers(t);
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    if (std::isnan(expected[i]))
      EXPECT_TRUE(std::isnan(found[i])) << i;
    else if (std::isinf(expected[i]))
      EXPECT_EQ(found[i], expected[i]) << i;
    else
      EXPECT_NEAR(found[i], expected[i], 1e-6) << i;
  }
}

Attributes attr(const char* name, Attribute value) {
  Attributes attrs;
  attrs.set(name, std::move(value));
  return attrs;
}

TEST(Pointwise, BroadcastsAlongEveryAxis) {
  Tensor a = Tensor::of<float>({2, 1, 3}, {0, 1, 2, 3, 4, 5}), b = Tensor::of<float>({2, 1}, {10, 20});
  Tensor y = runOp("Add", {a, b})[0];
  EXPECT_EQ(y.shape(), (Shape{2, 2, 3}));
  expectNumbers(y, {10, 11, 12, 20, 21, 22, 13, 14, 15, 23, 24, 25});
}

TEST(Pointwise, LongRowsAgreeWithShortOnes) {
  std::vector<float> a(5000), b(5000);
  for (size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(i), b[i] = static_cast<float>(i % 7);
  Tensor y = runOp("Sub", {floats(a), floats(b)})[0];
  for (size_t i = 0; i < a.size(); ++i) ASSERT_EQ(y.as<float>()[i], a[i] - b[i]);
}

TEST(Pointwise, EmptyTensorsGiveEmptyTensors) {
  EXPECT_EQ(runOp("Mul", {Tensor(DataType::kFloat32, {0, 3}), floats({1, 2, 3})})[0].shape(), (Shape{0, 3}));
}

TEST(Pointwise, IntegersWrapAround) {
  expectNumbers(runOp("Add", {Tensor::of<uint8_t>({1}, {250}), Tensor::of<uint8_t>({1}, {10})})[0], {4});
  expectNumbers(runOp("Mul", {ints({1 << 30}), ints({4})})[0], {0});
}

TEST(Pointwise, DivisionTruncates) {
  expectNumbers(runOp("Div", {ints({7, -7, 7, -7, 5}), ints({2, 2, -2, -2, 0})})[0], {3, -3, -3, 3, 0});
  expectNumbers(runOp("Div", {floats({1, -1, 0}), floats({0, 0, 0})})[0], {kInf, -kInf, kNan});
}

TEST(Pointwise, ModHasBothKinds) {
  Tensor a = ints({-4, 7, 5, 4, -7, 8}), b = ints({2, -3, 8, -2, 3, 5});
  expectNumbers(runOp("Mod", {a, b})[0], {0, -2, 5, 0, 2, 3});
  expectNumbers(runOp("Mod", {a, b}, attr("fmod", int64_t{1}))[0], {0, 1, 5, 0, -1, 3});
  expectNumbers(runOp("Mod", {floats({-4.3f, 7.2f}), floats({2.1f, -3.4f})})[0], {2.0, -3.0});
}

TEST(Pointwise, ExtremaAndClipKeepNan) {
  float nan = std::numeric_limits<float>::quiet_NaN();
  expectNumbers(runOp("Max", {floats({nan, 1, 2}), floats({1, nan, 3})})[0], {kNan, kNan, 3});
  expectNumbers(runOp("Min", {floats({nan, 1, 2}), floats({1, nan, 3})})[0], {kNan, kNan, 2});
  Tensor low = Tensor::scalar(DataType::kFloat32, -1), high = Tensor::scalar(DataType::kFloat32, 1);
  expectNumbers(runOp("Clip", {floats({nan, -5, 0.5, 5}), low, high})[0], {kNan, -1, 0.5, 1});
}

TEST(Pointwise, HalvesRoundOnce) {
  Tensor a = runOp("Cast", {floats({1.0f, 2049.0f, 65536.0f})},
                   attr("to", static_cast<int64_t>(DataType::kFloat16)))[0];
  expectNumbers(a, {1, 2048, kInf});
}

TEST(Pointwise, ShiftsBeyondTheWidthLeaveTheSign) {
  expectNumbers(
      runOp("BitShift", {ints({-8, 8, -8}), ints({40, 40, 1})}, attr("direction", std::string("RIGHT")))[0],
      {-1, 0, -4});
}

TEST(Pointwise, ShapeArithmeticIsFollowed) {
  Graph graph;
  Value* shape = graph.addInput("s", DataType::kInt64, SymShape{2});
  Dim n = Dim::symbol("n");
  shape->contents = DimList{n, 6};
  Node* mul = graph.addNode("Mul", {shape, graph.addConstant(Tensor::of<int64_t>({1}, {4}))});
  Node* div = graph.addNode("Div", {mul->output(), graph.addConstant(Tensor::of<int64_t>({}, {2}))});
  Node* equal = graph.addNode("Equal", {shape, graph.addConstant(Tensor::of<int64_t>({}, {-1}))});
  Node* where = graph.addNode("Where", {equal->output(), div->output(), shape});
  inferGraph(graph);
  ASSERT_TRUE(div->output()->contents);
  EXPECT_EQ(*div->output()->contents, (DimList{n * 2, 12}));
  ASSERT_TRUE(where->output()->contents);
  EXPECT_EQ(*where->output()->contents, (DimList{n, 6}));
}

TEST(Pointwise, ShapesPassThroughFloats) {
  Graph graph;
  Value* shape = graph.addInput("s", DataType::kInt64, SymShape{1});
  shape->contents = DimList{Dim::symbol("n")};
  auto cast = [](DataType type) { return attr("to", static_cast<int64_t>(type)); };
  Node* real = graph.addNode("Cast", {shape}, cast(DataType::kFloat32));
  Node* twice =
      graph.addNode("Mul", {real->output(), graph.addConstant(Tensor::scalar(DataType::kFloat32, 2))});
  Node* floor = graph.addNode("Floor", {twice->output()});
  Node* back = graph.addNode("Cast", {floor->output()}, cast(DataType::kInt64));
  inferGraph(graph);
  ASSERT_TRUE(back->output()->contents);
  EXPECT_EQ(back->output()->contents->front(), Dim::symbol("n") * 2);
}

TEST(Pointwise, MixedTypesAreRefused) {
  EXPECT_THROW(runOp("Add", {floats({1}), Tensor::of<double>({1}, {1})}), Error);
}

}  // namespace
}  // namespace tenfold::testing
