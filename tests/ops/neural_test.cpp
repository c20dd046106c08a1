// Reductions, matrix products, normalizations, recurrent networks and attention: what no model test looks at.
#include <gtest/gtest.h>

#include <limits>

#include "graph/ir/text.h"
#include "ops/run_op.h"

namespace tenfold::testing {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN(), kInf = std::numeric_limits<float>::infinity();

Attributes with(const char* name, Attribute value, Attributes attrs = {}) {
  attrs.set(name, std::move(value));
  return attrs;
}

Tensor floats(const Shape& shape, const std::vector<float>& v) { return Tensor::of<float>(shape, v); }
Tensor axes(const std::vector<int64_t>& v) {
  return Tensor::of<int64_t>({static_cast<int64_t>(v.size())}, v);
}

void expectClose(const Tensor& a, const Tensor& b, double tolerance = 1e-6) {
  ASSERT_EQ(a.shape(), b.shape());
  for (int64_t i = 0; i < a.numel(); ++i) ASSERT_NEAR(a.getDouble(i), b.getDouble(i), tolerance) << i;
}

std::vector<Tensor> runText(const char* text, const std::vector<Tensor>& inputs) {
  return evalGraph(*parseGraph(text), inputs);
}

TEST(Reduce, EmptySetsGiveTheNeutralElement) {
  Tensor none(DataType::kFloat32, {0, 2}), noInts(DataType::kInt8, {0, 2});
  EXPECT_EQ(numbers(runOp("ReduceSum", {none, axes({0})})[0]), (std::vector<double>{0, 0}));
  EXPECT_EQ(numbers(runOp("ReduceProd", {none, axes({0})})[0]), (std::vector<double>{1, 1}));
  EXPECT_EQ(numbers(runOp("ReduceMax", {none, axes({0})})[0]), (std::vector<double>{-kInf, -kInf}));
  EXPECT_EQ(numbers(runOp("ReduceMin", {noInts, axes({0})})[0]), (std::vector<double>{127, 127}));
  EXPECT_EQ(numbers(runOp("ReduceLogSumExp", {none, axes({0})})[0]), (std::vector<double>{-kInf, -kInf}));
}

TEST(Reduce, LogSumExpDoesNotOverflow) {
  Tensor y = runOp("ReduceLogSumExp", {floats({2}, {1000, 1000})})[0];
  EXPECT_NEAR(y.getDouble(0), 1000 + std::log(2.0), 1e-3);
}

TEST(Reduce, AxesMayBeAnyCombination) {
  Tensor x = floats({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(numbers(runOp("ReduceSum", {x, axes({0, 2})}, with("keepdims", int64_t{0}))[0]),
            (std::vector<double>{14, 22}));
  EXPECT_EQ(numbers(runOp("ReduceSum", {x, axes({})}, with("noop_with_empty_axes", int64_t{1}))[0]),
            numbers(x));
  EXPECT_THROW(runOp("ReduceSum", {x, axes({3})}), Error);
}

TEST(Reduce, ArgMaxFindsNanAndTies) {
  Tensor x = floats({2, 3}, {1, kNan, 5, 4, 4, 2});
  EXPECT_EQ(runOp("ArgMax", {x}, with("axis", int64_t{1}))[0].ints(), (std::vector<int64_t>{1, 0}));
  EXPECT_EQ(runOp("ArgMax", {x}, with("axis", int64_t{1}, with("select_last_index", int64_t{1})))[0].ints(),
            (std::vector<int64_t>{1, 1}));
}

TEST(TopK, PrefersLowIndicesAmongEquals) {
  std::vector<Tensor> y = runOp("TopK", {floats({5}, {3, 1, 3, 2, 3}), axes({4})}, {}, 2);
  EXPECT_EQ(y[1].ints(), (std::vector<int64_t>{0, 2, 4, 3}));
  EXPECT_THROW(runOp("TopK", {floats({2}, {1, 2}), axes({3})}, {}, 2), Error);
}

TEST(Softmax, LargeScoresAndOtherAxes) {
  Tensor x = floats({2, 2}, {1000, -1000, 1001, -1000}),
         y = runOp("Softmax", {x}, with("axis", int64_t{0}))[0];
  EXPECT_NEAR(y.getDouble(0) + y.getDouble(2), 1, 1e-6);
  EXPECT_NEAR(y.getDouble(2), 1 / (1 + std::exp(-1.0)), 1e-6);
  EXPECT_NEAR(y.getDouble(1), 0.5, 1e-6);
}

TEST(MatMul, IntegersWrapAround) {
  Tensor a = Tensor::of<int32_t>({1, 2}, {1 << 30, 1 << 30}), b = Tensor::of<int32_t>({2, 1}, {4, 1});
  EXPECT_EQ(runOp("MatMul", {a, b})[0].ints(), (std::vector<int64_t>{1 << 30}));
}

TEST(MatMul, TransposedOperandsAgree) {
  Tensor a = randomTensor(DataType::kFloat32, {2, 70, 90}, 1),
         b = randomTensor(DataType::kFloat32, {90, 65}, 2);
  auto transposed = [](const Tensor& t, const std::vector<int64_t>& perm) {
    return runOp("Transpose", {t}, with("perm", perm))[0];
  };
  Tensor y = runOp("MatMul", {a, b})[0];
  expectClose(runOp("MatMul", {transposed(a, {0, 2, 1}), b}, with("transA", int64_t{1}))[0], y, 1e-5);
  expectClose(runOp("MatMul", {a, transposed(b, {1, 0})}, with("transB", int64_t{1}))[0], y, 1e-5);
}

TEST(Einsum, AgreesWithOtherOperators) {
  Tensor a = randomTensor(DataType::kFloat32, {2, 3, 4}, 1),
         b = randomTensor(DataType::kFloat32, {2, 4, 5}, 2);
  expectClose(runOp("Einsum", {a, b}, with("equation", std::string("bij,bjk->bik")))[0],
              runOp("MatMul", {a, b})[0]);
  expectClose(runOp("Einsum", {a}, with("equation", std::string("bij->jb")))[0],
              runText("graph g(x:f32[2,3,4], a:i64[1]) { s = ReduceSum(x, i64[1]{1}) {keepdims=0}; y = "
                      "Transpose(s) {perm=[1,0]}; return y }",
                      {a, axes({0})})[0]);
  EXPECT_THROW(runOp("Einsum", {a}, with("equation", std::string("bi->b"))), Error);
}

TEST(Einsum, SymbolicExtentsAreFollowed) {
  auto graph = parseGraph(
      "graph g(a:f32[n,h,s,d], b:f32[n,h,t,d]) { y = Einsum(a, b) {equation=\"nhsd,nhtd->nhst\"}; return y "
      "}");
  EXPECT_EQ(str(*graph->outputs[0]->shape), "[n,h,s,t]");
}

TEST(Normalization, RowsHaveMeanZeroAndVarianceOne) {
  Tensor x = randomTensor(DataType::kFloat32, {3, 64}, 1), scale = floats({64}, std::vector<float>(64, 1));
  Tensor y = runOp("LayerNormalization", {x, scale})[0];
  for (int64_t row = 0; row < 3; ++row) {
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < 64; ++i)
      sum += y.getDouble(row * 64 + i), squares += std::pow(y.getDouble(row * 64 + i), 2);
    EXPECT_NEAR(sum, 0, 1e-4);
    EXPECT_NEAR(squares / 64, 1, 1e-3);
  }
}

// A reversed network on a sequence gives the outputs of a forward one on the reversed sequence, backwards.
TEST(Recurrent, ReverseIsForwardBackwards) {
  const char* text =
      "graph g(x:f32[4,1,3], w:f32[1,8,3], r:f32[1,8,2], l:i64[4], i:i32[1]) {\n"
      "  a, h = LSTM(x, w, r, _, i) {hidden_size=2, direction=\"reverse\"}\n"
      "  z = Gather(x, l) {axis=0}\n"
      "  b, k = LSTM(z, w, r, _, i) {hidden_size=2}\n"
      "  c = Gather(b, l) {axis=0}\n"
      "  return a, c, h, k\n}";
  Tensor x = randomTensor(DataType::kFloat32, {4, 1, 3}, 1),
         w = randomTensor(DataType::kFloat32, {1, 8, 3}, 2);
  Tensor r = randomTensor(DataType::kFloat32, {1, 8, 2}, 3);
  std::vector<Tensor> y = runText(text, {x, w, r, axes({3, 2, 1, 0}), Tensor::of<int32_t>({1}, {4})});
  expectClose(y[0], y[1]);
  expectClose(y[2], y[3]);
}

TEST(Recurrent, StepsBeyondTheLengthAreZero) {
  Tensor x = randomTensor(DataType::kFloat32, {3, 2, 2}, 1),
         w = randomTensor(DataType::kFloat32, {1, 6, 2}, 2);
  Tensor r = randomTensor(DataType::kFloat32, {1, 6, 2}, 3), lengths = Tensor::of<int32_t>({2}, {3, 1});
  std::vector<Tensor> y = runOp("GRU", {x, w, r, Tensor{}, lengths}, {}, 2);
  for (int64_t t = 1; t < 3; ++t) EXPECT_EQ(y[0].getDouble((t * 2 + 1) * 2), 0);
  EXPECT_EQ(y[1].getDouble(2), y[0].getDouble(2));  // the last state of the short sequence is that of step 0
  EXPECT_EQ(y[1].getDouble(0), y[0].getDouble(8));
}

TEST(Attention, FollowsItsDefinition) {
  const char* text =
      "graph g(q:f32[1,2,3,4], k:f32[1,2,5,4], v:f32[1,2,5,6]) {\n"
      "  a = Attention(q, k, v)\n"
      "  s = MatMul(q, k) {transB=1}; t = Mul(s, f32[]{0.5}); p = Softmax(t); b = MatMul(p, v)\n"
      "  return a, b\n}";
  std::vector<Tensor> y = runText(text, {randomTensor(DataType::kFloat32, {1, 2, 3, 4}, 1),
                                         randomTensor(DataType::kFloat32, {1, 2, 5, 4}, 2),
                                         randomTensor(DataType::kFloat32, {1, 2, 5, 6}, 3)});
  expectClose(y[0], y[1]);
}

TEST(Attention, QueriesWithoutKeysGiveZeros) {
  Tensor q = randomTensor(DataType::kFloat32, {1, 1, 2, 4}, 1),
         mask = Tensor::of<bool>({2, 2}, {false, false, true, true});
  Tensor y = runOp("Attention", {q, q, q, mask})[0];
  for (int64_t i = 0; i < 4; ++i) EXPECT_EQ(y.getDouble(i), 0);
  EXPECT_NE(y.getDouble(4), 0);
}

}  // namespace
}  // namespace tenfold::testing
