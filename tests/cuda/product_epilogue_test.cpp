#include "targets/product_epilogue.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "graph/ir/text.h"

namespace tenfold {
namespace {

struct Parsed {
  TextCase text;
  ProductEpilogue e;
};

Parsed parse(const std::string& text, std::string_view anchor) {
  Parsed p{parseCase(text), {}};
  p.e = parseProductEpilogue(*p.text.graph->nodes().back(), anchor);
  return p;
}

Parsed matmul(const std::string& body) {
  const char* inputs = "x:f32[2,9,48], w:f32[48,40], b:f32[40], r:f32[2,9,40], c:f32[2,9,1]";
  return parse(fmt::format("{} -> y = Region(x, w, b, r, c) {{kind=\"matmul\"}} graph body({}) {{ {} }}",
                           inputs, inputs, body),
               "MatMul");
}

Parsed conv(const std::string& body) {
  const char* inputs = "x:f32[2,16,9,9], w:f32[24,16,3,3], b:f32[24], c:f32[24,1,1], r:f32[2,24,7,7]";
  return parse(fmt::format("{} -> y = Region(x, w, b, c, r) {{kind=\"conv\"}} graph body({}) {{ {} }}",
                           inputs, inputs, body),
               "Conv");
}

TEST(ProductEpilogue, PlainNodes) {
  ProductEpilogue e = parse("a:f32[3,4], b:f32[4,5] -> y = MatMul(a, b)", "MatMul").e;
  EXPECT_EQ(e.refusal, "");
  EXPECT_EQ(e.left, 0);
  EXPECT_EQ(e.right, 1);
  EXPECT_EQ(e.bias, -1);
  EXPECT_EQ(e.residual, -1);
  EXPECT_EQ(parse("x:f32[1,3,9,9], w:f32[4,3,3,3], b:f32[4] -> y = Conv(x, w, b)", "Conv").e.bias, 2);
  EXPECT_NE(parse("x:f32[3] -> y = Relu(x)", "MatMul").e.refusal, "");
}

TEST(ProductEpilogue, EverythingAtOnce) {
  Parsed p =
      matmul("p = MatMul(x, w) q = Mul(p, f32[]{0.5}) s = Add(b, q) t = Add(s, r) u = Relu(t) return u");
  EXPECT_EQ(p.e.refusal, "");
  EXPECT_TRUE(p.e.anchor->is("MatMul"));
  EXPECT_EQ(p.e.alpha, 0.5);
  EXPECT_EQ(p.e.bias, 2);
  EXPECT_EQ(p.e.residual, 3);
  EXPECT_EQ(p.e.activation, Activation::kRelu);
}

TEST(ProductEpilogue, Convolution) {
  Parsed p = conv("p = Conv(x, w) q = Add(c, p) s = Clip(q, f32[]{0}, f32[]{6}) return s");
  EXPECT_EQ(p.e.refusal, "");
  EXPECT_EQ(p.e.bias, 3);
  EXPECT_EQ(p.e.activation, Activation::kClip);
  EXPECT_EQ(p.e.low, 0);
  EXPECT_EQ(p.e.high, 6);
  p = conv("p = Conv(x, w, b) q = Add(p, r) s = Swish(q) {alpha=1.5} return s");
  EXPECT_EQ(p.e.refusal, "");
  EXPECT_EQ(p.e.bias, 2);
  EXPECT_EQ(p.e.residual, 4);
  EXPECT_EQ(p.e.slope, 1.5);
}

TEST(ProductEpilogue, RefusesWhatItDoesNotKnow) {
  for (const char* body :
       {"p = MatMul(x, w) q = Erf(p) return q", "p = MatMul(x, w) q = Mul(p, c) return q",
        "p = MatMul(x, w) q = Add(p, c) return q", "p = MatMul(x, w) q = Relu(p) s = Add(q, r) return s",
        "p = MatMul(x, w) q = Add(p, b) s = Add(q, b) return s", "p = MatMul(x, w) q = Add(p, p) return q",
        "p = MatMul(x, w) q = Add(p, b) s = Mul(q, f32[]{2}) return s",
        "z = Relu(x) p = MatMul(z, w) return p", "p = MatMul(x, w) s = Sigmoid(p) q = Mul(p, s) return q"})
    EXPECT_NE(matmul(body).e.refusal, "") << body;
  EXPECT_NE(conv("p = Conv(x, w, b) q = Add(p, c) return q").e.refusal, "");
  EXPECT_NE(conv("p = Conv(x, w, b) q = Mul(p, f32[]{2}) return q").e.refusal, "");
}

}  // namespace
}  // namespace tenfold
