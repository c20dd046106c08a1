// Convolutions and poolings against loops written from their definitions.
#include <gtest/gtest.h>

#include "graph/ir/text.h"
#include "ops/run_op.h"

namespace tenfold::testing {
namespace {

struct Plane {
  std::vector<int64_t> strides{1, 1}, dilations{1, 1}, pads{0, 0, 0, 0};
  int64_t group = 1;
  Attributes attrs() const {
    Attributes a;
    a.set("strides", strides);
    a.set("dilations", dilations);
    a.set("pads", pads);
    a.set("group", group);
    return a;
  }
};

double at(const Tensor& t, int64_t n, int64_t c, int64_t h, int64_t w) {
  const Shape& s = t.shape();
  if (h < 0 || w < 0 || h >= s[2] || w >= s[3]) return 0;
  return t.getDouble(((n * s[1] + c) * s[2] + h) * s[3] + w);
}

double convolvedAt(const Tensor& x, const Tensor& w, const Plane& p, int64_t n, int64_t m, int64_t i,
                   int64_t j) {
  double sum = 0;
  int64_t group = m / (w.shape()[0] / p.group);
  for (int64_t c = 0; c < w.shape()[1]; ++c)
    for (int64_t a = 0; a < w.shape()[2]; ++a)
      for (int64_t b = 0; b < w.shape()[3]; ++b)
        sum += at(w, m, c, a, b) * at(x, n, group * w.shape()[1] + c,
                                      i * p.strides[0] + a * p.dilations[0] - p.pads[0],
                                      j * p.strides[1] + b * p.dilations[1] - p.pads[1]);
  return sum;
}

double dot(const Tensor& a, const Tensor& b) {
  double sum = 0;
  for (int64_t i = 0; i < a.numel(); ++i) sum += a.getDouble(i) * b.getDouble(i);
  return sum;
}

const Plane kPlanes[] = {{},
                         {{2, 1}, {1, 2}, {1, 0, 2, 1}, 2},
                         {{1, 3}, {2, 1}, {0, 2, 0, 2}, 4},
                         {{2, 2}, {1, 1}, {1, 1, 1, 1}, 1}};

TEST(Convolution, AgreesWithItsDefinition) {
  for (const Plane& p : kPlanes) {
    Tensor x = randomTensor(DataType::kFloat32, {2, 4, 9, 11}, 1),
           w = randomTensor(DataType::kFloat32, {8, 4 / p.group, 3, 2}, 2);
    Tensor bias = randomTensor(DataType::kFloat32, {8}, 3), y = runOp("Conv", {x, w, bias}, p.attrs())[0];
    for (int64_t n = 0; n < 2; ++n)
      for (int64_t m = 0; m < 8; ++m)
        for (int64_t i = 0; i < y.shape()[2]; ++i)
          for (int64_t j = 0; j < y.shape()[3]; ++j)
            ASSERT_NEAR(at(y, n, m, i, j), convolvedAt(x, w, p, n, m, i, j) + bias.getDouble(m), 1e-5);
  }
}

// <conv(x), y> = <x, transposed(y)> for the same weights.
TEST(Convolution, TransposedIsTheAdjoint) {
  for (const Plane& p : kPlanes) {
    Tensor x = randomTensor(DataType::kFloat64, {2, 4, 9, 11}, 1),
           w = randomTensor(DataType::kFloat64, {8, 4 / p.group, 3, 2}, 2);
    Tensor forward = runOp("Conv", {x, w}, p.attrs())[0],
           y = randomTensor(DataType::kFloat64, forward.shape(), 4);
    Attributes attrs = p.attrs();
    attrs.set("output_padding",
              std::vector<int64_t>{(9 + p.pads[0] + p.pads[2] - 2 * p.dilations[0] - 1) % p.strides[0],
                                   (11 + p.pads[1] + p.pads[3] - p.dilations[1] - 1) % p.strides[1]});
    Tensor back = runOp("ConvTranspose", {y, w}, attrs)[0];
    ASSERT_EQ(back.shape(), x.shape());
    EXPECT_NEAR(dot(forward, y), dot(x, back), 1e-9);
  }
}

TEST(Convolution, SymbolicShapesAgreeWithConcreteOnes) {
  auto graph = parseGraph(
      "graph g(x:f32[n,3,h,w], k:f32[8,3,3,3]) {\n"
      "  a = Conv(x, k) {strides=[2,2], pads=[1,1,1,1]}\n"
      "  b = MaxPool(a) {kernel_shape=[3,3], strides=[2,2], ceil_mode=1}\n"
      "  c = AveragePool(b) {kernel_shape=[2,2], auto_pad=\"SAME_UPPER\", strides=[2,2]}\n"
      "  return c\n}");
  const SymShape& shape = *graph->outputs[0]->shape;
  for (int64_t h : {32, 33, 34, 35, 36, 47}) {
    Tensor x(DataType::kFloat32, {1, 3, h, h + 5}), k(DataType::kFloat32, {8, 3, 3, 3});
    Shape expected = evalGraph(*graph, {x, k})[0].shape();
    EXPECT_EQ(evalShape(shape, {{"n", 1}, {"h", h}, {"w", h + 5}}), expected) << str(shape);
  }
}

TEST(Convolution, IntegersSubtractZeroPoints) {
  Tensor x = Tensor::of<uint8_t>({1, 1, 1, 3}, {10, 20, 30}), w = Tensor::of<uint8_t>({1, 1, 1, 2}, {3, 5});
  Tensor y = runOp("ConvInteger", {x, w, Tensor::of<uint8_t>({}, {10}), Tensor::of<uint8_t>({}, {4})})[0];
  EXPECT_EQ(y.ints(), (std::vector<int64_t>{0 * -1 + 10 * 1, 10 * -1 + 20 * 1}));
}

TEST(Convolution, WrongShapesAreRefused) {
  Tensor x(DataType::kFloat32, {1, 3, 5, 5});
  EXPECT_THROW(runOp("Conv", {x, Tensor(DataType::kFloat32, {2, 4, 3, 3})}), Error);
  EXPECT_THROW(runOp("Conv", {x, Tensor(DataType::kFloat32, {2, 3, 6, 6})}), Error);
  EXPECT_THROW(runOp("Conv", {x, Tensor(DataType::kFloat32, {2, 3, 3, 3}), Tensor(DataType::kFloat32, {3})}),
               Error);
}

TEST(Pooling, MaximumKeepsNanAndSkipsPadding) {
  Attributes attrs;
  attrs.set("kernel_shape", std::vector<int64_t>{2});
  attrs.set("pads", std::vector<int64_t>{1, 0});
  Tensor x = Tensor::of<float>({1, 1, 4}, {-3, -1, std::nanf(""), -2});
  std::vector<Tensor> y = runOp("MaxPool", {x}, attrs, 2);
  std::vector<double> values = numbers(y[0]);
  EXPECT_EQ(values[0], -3);
  EXPECT_EQ(values[1], -1);
  EXPECT_TRUE(std::isnan(values[2]) && std::isnan(values[3]));
  EXPECT_EQ(y[1].ints(), (std::vector<int64_t>{0, 1, 2, 2}));
}

TEST(Pooling, AverageCountsPaddingOnlyIfAsked) {
  Attributes attrs;
  attrs.set("kernel_shape", std::vector<int64_t>{3});
  attrs.set("strides", std::vector<int64_t>{2});
  attrs.set("pads", std::vector<int64_t>{1, 1});
  attrs.set("ceil_mode", int64_t{1});
  Tensor x = Tensor::of<float>({1, 1, 4}, {1, 2, 3, 6});
  EXPECT_EQ(numbers(runOp("AveragePool", {x}, attrs)[0]),
            numbers(Tensor::of<float>({3}, {1.5f, 11.0f / 3, 6})));
  attrs.set("count_include_pad", int64_t{1});
  // The last window reaches one element beyond the padding, which does not count.
  EXPECT_EQ(numbers(runOp("AveragePool", {x}, attrs)[0]), numbers(Tensor::of<float>({3}, {1, 11.0f / 3, 3})));
}

}  // namespace
}  // namespace tenfold::testing
