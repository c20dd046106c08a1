// The forms in which exporters write attention.
#include "optimize/pass_test.h"
#include "optimize/pipeline.h"

namespace tenfold {
namespace {

int everything(Graph& graph) {
  optimize(graph);
  return 0;
}

struct Form {
  const char* name;
  const char* text;
  bool recognized = true;
  double tolerance = 1e-4;
};
void PrintTo(const Form& f, std::ostream* out) { *out << f.name; }

class AttentionForms : public testing::TestWithParam<Form> {};
TEST_P(AttentionForms, AreRecognized) {
  std::string result = after(everything, GetParam().text, GetParam().tolerance);
  EXPECT_EQ(result.find("Attention(") != std::string::npos, GetParam().recognized) << result;
  EXPECT_EQ(result.find("Softmax(") == std::string::npos, GetParam().recognized) << result;
}

#define QKV "q:f32[b=2,s=5,12], k:f32[b,s,12], v:f32[b,s,12]"
#define HEADS                                                                                  \
  "q3 = Reshape(q, i64[4]{0,0,3,4}); q4 = Transpose(q3) {perm=[0,2,1,3]};"                     \
  "k3 = Reshape(k, i64[4]{0,0,3,4}); k4 = Transpose(k3) {perm=[0,2,1,3]}; kt = Transpose(k3) " \
  "{perm=[0,2,3,1]};"                                                                          \
  "v3 = Reshape(v, i64[4]{0,0,3,4}); v4 = Transpose(v3) {perm=[0,2,1,3]};"
#define MERGE "m = Transpose(o) {perm=[0,2,1,3]}; y = Reshape(m, i64[3]{0,0,12})"

INSTANTIATE_TEST_SUITE_P(
    Forms, AttentionForms,
    testing::Values(
        Form{"plain", QKV " -> " HEADS "s = MatMul(q4, kt); p = Softmax(s); o = MatMul(p, v4);" MERGE},
        Form{"divided, additive mask per batch",
             QKV ", a:f32[b,1,1,s] -> " HEADS
                 "s = MatMul(q4, kt); d = Div(s, f32[]{2}); w = Add(d, a); p = Softmax(w) {axis=-1};"
                 "o = MatMul(p, v4);" MERGE},
        Form{"scale on both sides, guard against NaN",
             QKV ", c:bool[b,1,s,s] -> " HEADS
                 "a = Where(c, f32[]{0}, f32[]{-inf}); qs = Mul(q4, f32[1]{0.7}); ks = Mul(kt, f32[1]{0.7});"
                 "s = MatMul(qs, ks); w = Add(s, a); p = Softmax(w) {axis=-1}; n = IsNaN(p); g = Where(n, "
                 "f32[]{0}, p); o = MatMul(g, v4);" MERGE},
        Form{"keys turned behind a view",
             "q:f32[2,5,12], k:f32[2,5,12], v:f32[2,5,12]"
             " -> " HEADS "kr = Reshape(k4, i64[3]{-1,5,4}); kx = Transpose(kr) {perm=[0,2,1]}; ky = "
             "Reshape(kx, i64[4]{-1,3,4,5});"
             "qs = Mul(q4, f32[]{0.5}); s = MatMul(qs, ky); p = Softmax(s); o = MatMul(p, v4);" MERGE},
        Form{"masked by Where",
             QKV ", c:bool[1,1,s,s] -> " HEADS
                 "s = MatMul(q4, kt); d = Div(s, f32[]{2}); w = Where(c, d, f32[]{-3.4e38}); p = Softmax(w);"
                 "o = MatMul(p, v4);" MERGE},
        Form{"a fill that is not low enough",
             QKV ", c:bool[1,1,s,s] -> " HEADS
                 "s = MatMul(q4, kt); w = Where(c, s, f32[]{-100}); p = Softmax(w); o = MatMul(p, v4);" MERGE,
             false},
        Form{"mask inside the scale",
             QKV ", a:f32[s,s] -> " HEADS "s = MatMul(q4, kt); w = Add(a, s); d = Mul(w, f32[]{0.5}); p = "
                 "Softmax(d); o = MatMul(p, v4);" MERGE},
        Form{"three axes",
             "q:f32[6,5,4], k:f32[6,7,4], v:f32[6,7,4], a:f32[6,5,7] -> t = Transpose(k) {perm=[0,2,1]}; qs "
             "= Mul(q, f32[]{0.5});"
             "s = MatMul(qs, t); w = Add(s, a); p = Softmax(w); y = MatMul(p, v)"},
        Form{"windows with bias and mask",
             "x:f32[6,4,36] -> r = Reshape(x, i64[5]{-1,4,3,3,4}); t = Transpose(r) {perm=[2,0,3,1,4]}; q = "
             "Gather(t, i64[]{0});"
             "k = Gather(t, i64[]{1}); v = Gather(t, i64[]{2}); qs = Mul(q, f32[]{0.5}); kt = Transpose(k) "
             "{perm=[0,1,3,2]};"
             "s = MatMul(qs, kt); b = Add(s, f32[1,3,4,4] random(5)); w = Reshape(b, i64[5]{-1,2,3,4,4}); m "
             "= Add(w, f32[1,2,1,4,4] random(6));"
             "z = Reshape(m, i64[4]{-1,3,4,4}); p = Softmax(z); o = MatMul(p, v); y = Transpose(o) "
             "{perm=[0,2,1,3]}"},
        Form{"softmax in 32 bits",
             "q:f16[2,3,5,4], k:f16[2,3,4,6], v:f16[2,3,6,4], a:f32[2,1,1,6] -> s = MatMul(q, k); d = Mul(s, "
             "f16[]{0.5}); c = Cast(d) {to=f32}; w = Add(c, a); p = Softmax(w); h = Cast(p) {to=f16}; y = "
             "MatMul(h, v)",
             true, 2e-3},
        Form{"past keys and values", QKV ", pk:f32[b,3,l=2,4], pv:f32[b,3,l,4] -> " HEADS
                                         "kc = Concat(pk, k4) {axis=-2}; vc = Concat(pv, v4) {axis=-2};"
                                         "ct = Transpose(kc) {perm=[0,1,3,2]}; s = MatMul(q4, ct); p = "
                                         "Softmax(s); o = MatMul(p, vc); " MERGE "; return y, kc, vc"},
        Form{"probabilities wanted",
             QKV " -> " HEADS "s = MatMul(q4, kt); p = Softmax(s); o = MatMul(p, v4);" MERGE "; return y, p",
             false},
        Form{"softmax along another axis",
             QKV " -> " HEADS "s = MatMul(q4, kt); p = Softmax(s) {axis=2}; o = MatMul(p, v4);" MERGE,
             false}));

struct EmptyRows {
  const char* text;
  bool nan;
};
void PrintTo(const EmptyRows& e, std::ostream* out) { *out << e.text; }

// A query whose keys are all masked: what the softmax says, unless its NaN are replaced by 0. `after`
// compares.
class AttentionEmptyRows : public testing::TestWithParam<EmptyRows> {};
TEST_P(AttentionEmptyRows, GiveWhatTheSoftmaxGives) {
  std::string result = after(
      everything,
      std::string("q:f32[2,3,5,4], k:f32[2,3,4,6], v:f32[2,3,6,4] -> s = MatMul(q, k); ") + GetParam().text,
      1e-4);
  EXPECT_NE(result.find("Attention("), std::string::npos) << result;
  EXPECT_EQ(result.find("nan_without_keys=1") != std::string::npos, GetParam().nan) << result;
}
#define FIRST_ROW_EMPTY                                                                             \
  "e = Less(i64[5,1]{0,1,2,3,4}, i64[]{1}); a = Where(e, f32[1,6]{-inf,-inf,-inf,-inf,-inf,-inf}, " \
  "f32[]{0}); "
INSTANTIATE_TEST_SUITE_P(
    Masks, AttentionEmptyRows,
    testing::Values(EmptyRows{FIRST_ROW_EMPTY "w = Add(s, a); p = Softmax(w); y = MatMul(p, v)", true},
                    EmptyRows{FIRST_ROW_EMPTY
                              "w = Add(s, a); p = Softmax(w); n = IsNaN(p); g = Where(n, f32[]{0}, p); y = "
                              "MatMul(g, v)",
                              false},
                    EmptyRows{"w = Add(s, f32[5,6] random(1)); p = Softmax(w); y = MatMul(p, v)", false}));

// Whether the operators that make a mask show that nothing of it is infinite.
class AttentionMaskBounds : public testing::TestWithParam<std::pair<const char*, bool>> {};
TEST_P(AttentionMaskBounds, AreFound) {
  auto [mask, bounded] = GetParam();
  std::string result = after(everything,
                             std::string("q:f32[2,3,5,4], k:f32[2,3,6,4], v:f32[2,3,6,4], c:bool[2,1,1,6], "
                                         "n:i32[2,1,1,6], x:f32[2,1,1,6] -> ") +
                                 mask + " y = Attention(q, k, v, m)",
                             1e-4);
  EXPECT_EQ(result.find("bounded_mask=1") != std::string::npos, bounded) << result;
}
INSTANTIATE_TEST_SUITE_P(
    Masks, AttentionMaskBounds,
    testing::Values(std::pair("m = Where(c, f32[]{0}, f32[]{-65504});", true),
                    std::pair("m = Where(c, f32[]{0}, f32[]{-inf});", false),
                    std::pair("m = Where(c, x, f32[]{-1});", false),
                    std::pair("t = Cast(n) {to=f32}; u = Sub(f32[]{1}, t); m = Mul(u, f32[]{-1e9});", true),
                    std::pair("t = Cast(n) {to=f32}; u = Sub(f32[]{1}, t); m = Mul(u, f32[]{-3.4e38});",
                              false),
                    std::pair("m = Clip(x, f32[]{-9}, f32[]{9});", true),
                    std::pair("m = Clip(x, f32[]{-9});", false), std::pair("m = Relu(x);", false)));

// The sequence comes first around the products, as in PyTorch's own attention: the transposes pass them.
TEST(AttentionLayout, TransposesPassRowProducts) {
  std::string result = after(
      everything,
      "x:f32[2,5,12] -> t = Transpose(x) {perm=[1,0,2]}; p = MatMul(t, f32[12,36] random(1)); w = Add(p, "
      "f32[36] "
      "random(2)); r = Reshape(w, i64[5]{5,2,3,3,4}); z = Transpose(r) {perm=[2,1,3,0,4]}; q = Gather(z, "
      "i64[]{0}); "
      "k = Gather(z, i64[]{1}); v = Gather(z, i64[]{2}); kt = Transpose(k) {perm=[0,1,3,2]}; s = MatMul(q, "
      "kt); e = "
      "Softmax(s); o = MatMul(e, v); m = Transpose(o) {perm=[2,0,1,3]}; n = Reshape(m, i64[3]{5,2,12}); h = "
      "MatMul(n, f32[12,12] random(3)); g = Add(h, f32[12] random(4)); u = Transpose(g) {perm=[1,0,2]}; y = "
      "Add(u, "
      "x)",
      1e-4);
  EXPECT_NE(result.find("MatMul(x,"), std::string::npos) << result;
  size_t last = result.rfind("MatMul(");
  EXPECT_EQ(result.find("Transpose(", last), std::string::npos) << result;
}

}  // namespace
}  // namespace tenfold
