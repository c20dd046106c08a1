// Our own matrix products against the reference: every form of operand and epilogue by the configurations
// that the cost model offers, and every family of kernels at sizes that it would not choose it for.
#include <fmt/format.h>

#include "gpu/with_configs.h"

namespace tenfold {
namespace {

constexpr double kTolerance = 1e-5, kHalfTolerance = 4e-3;
// Matrices in batches, of one operand or both, and a small one.
constexpr const char* kBatched[] = {"a:f16[3,200,136], b:f16[3,136,264]", "a:f16[200,136], b:f16[2,136,264]",
                                    "a:f16[5,3,33,72], b:f16[72,40]", "a:f16[1,8], b:f16[8,8]"};

void check(const std::string& text, double tolerance, const std::vector<std::string>& configs = {},
           int layouts = 1) {
  testing_util::checkConfigs("gemm", text, tolerance, configs, layouts);
}

std::string in(const std::string& type, const std::string& text) {
  std::string result = text;
  for (size_t at; (at = result.find("TYPE")) != std::string::npos;) result.replace(at, 4, type);
  return result;
}

struct Forms : testing::TestWithParam<const char*> {};

TEST_P(Forms, AgreeWithTheReference) {
  for (const char* type : {"f16", "bf16", "f32", "f64", "i32", "i64"})
    check(in(type, GetParam()), type[1] == '1' || type[0] == 'b' ? kHalfTolerance : kTolerance);
}

INSTANTIATE_TEST_SUITE_P(
    Gemm, Forms,
    testing::Values("a:TYPE[37,53], b:TYPE[53,29] -> y = MatMul(a, b)",
                    "a:TYPE[53,37], b:TYPE[53,29] -> y = MatMul(a, b) {transA=1}",
                    "a:TYPE[37,53], b:TYPE[29,53] -> y = MatMul(a, b) {transB=1}",
                    "a:TYPE[56,40], b:TYPE[24,56] -> y = MatMul(a, b) {transA=1, transB=1}",
                    "a:TYPE[2,1,9,16], b:TYPE[3,16,8] -> y = MatMul(a, b)",
                    "a:TYPE[5,3,7,16], b:TYPE[16,24] -> y = MatMul(a, b)",
                    "a:TYPE[17,16], b:TYPE[4,16,8] -> y = MatMul(a, b)",
                    "a:TYPE[2,3,1,5], b:TYPE[2,1,5,130] -> y = MatMul(a, b)",
                    "a:TYPE[300], b:TYPE[3,300,40] -> y = MatMul(a, b)",
                    "a:TYPE[3,40,300], b:TYPE[300] -> y = MatMul(a, b)",
                    "a:TYPE[9], b:TYPE[9] -> y = MatMul(a, b)",
                    "a:TYPE[4,0], b:TYPE[0,3] -> y = MatMul(a, b)"));

TEST(GemmGpu, Configurations) {
  const std::vector<std::string> mma = {"mma 128x256x32 w2x4 s3 p1", "mma 128x128x32 w2x2 s4 p1",
                                        "mma 128x128x64 w2x4 s3 p2", "mma 128x64x64 w4x2 s3 p4",
                                        "mma 64x64x128 w2x2 s3 p1",  "mma 64x32x64 w2x2 s4 p8",
                                        "mma 32x32x128 w2x2 s3 p4"};
  for (const char* attrs : {"", "transA=1", "transB=1", "transA=1, transB=1"}) {
    bool a = std::string(attrs).find("transA") != std::string::npos,
         b = std::string(attrs).find("transB") != std::string::npos;
    for (const char* type : {"f16", "bf16"})
      for (int k : {520, 523})
        check(fmt::format("a:{0}[{1}], b:{0}[{2}] -> y = MatMul(a, b) {{{3}}}", type,
                          a ? fmt::format("{},264", k) : fmt::format("264,{}", k),
                          b ? fmt::format("272,{}", k) : fmt::format("{},272", k), attrs),
              kHalfTolerance, mma);
    check(fmt::format("a:f32[{}], b:f32[{}] -> y = MatMul(a, b) {{{}}}", a ? "130,65" : "65,130",
                      b ? "72,130" : "130,72", attrs),
          1e-3, {"mma 64x64x64 w2x2 s4 p1", "mma 32x64x64 w2x2 s4 p2"});
    check(fmt::format("a:f32[{}], b:f32[{}] -> y = MatMul(a, b) {{{}}}", a ? "130,165" : "165,130",
                      b ? "172,130" : "130,172", attrs),
          kTolerance, {"simt 128x128x16", "simt 64x64x16", "simt 32x32x16"});
  }
}

// A product in both 16-bit types. Bits of `form`: which operand is transposed.
void checkForm(int form, int m, int k, int n, const std::vector<std::string>& configs) {
  auto matrix = [](bool transposed, int rows, int columns) {
    return transposed ? fmt::format("{},{}", columns, rows) : fmt::format("{},{}", rows, columns);
  };
  for (const char* type : {"f16", "bf16"})
    check(fmt::format("a:{0}[{1}], b:{0}[{2}] -> y = MatMul(a, b) {{transA={3}, transB={4}}}", type,
                      matrix(form & 1, m, k), matrix(form & 2, k, n), form & 1, form / 2),
          kHalfTolerance, configs);
}
void checkBatched(const std::vector<std::string>& configs) {
  for (const char* shapes : kBatched)
    check(std::string(shapes) + " -> y = MatMul(a, b)", kHalfTolerance, configs);
}

struct WgmmaForms : testing::TestWithParam<int> {};

TEST_P(WgmmaForms, AgreeWithTheReference) {
  if (!testing_util::isHopper()) GTEST_SKIP() << "for Hopper";
  const std::vector<std::string> all = {
      "wgmma 128x256 s4 pair p1", "wgmma 256x128 s3 pair p1", "wgmma 128x128 s5 alone p1",
      "wgmma 64x256 s4 alone p1", "wgmma 64x64 s8 alone p1",  "wgmma 128x64 s6 pair p4",
      "wgmma 192x128 s4 trio p1", "wgmma 192x64 s5 trio p1",  "wgmma 192x128 s5 trio p2",
      "wgmma 128x128 s6 pair p2", "wgmma 64x64 s8 alone p8"};
  int form = GetParam();
  checkForm(form, 328, 520, 272, all);
  if (form) return;
  checkBatched({all[0], all[2], all[5]});
}

INSTANTIATE_TEST_SUITE_P(Gemm, WgmmaForms, testing::Range(0, 4));

struct QuickForms : testing::TestWithParam<int> {};

TEST_P(QuickForms, AgreeWithTheReference) {
  if (!testing_util::isHopper()) GTEST_SKIP() << "for Hopper";
  int form = GetParam();
  std::vector<std::string> all = {"quick 64x64 s4 p1",   "quick 64x64 s4 p4",   "quick 64x64 s12 p8",
                                  "quick 64x128 s3 p2",  "quick 64x128 s7 p8",  "quick 128x64 s3 p4",
                                  "quick 128x128 s3 p8", "quick 128x128 s4 p2", "quick 128x64 s7 p1",
                                  "quick 64x64 s6 p8",   "quick 64x128 s4 p4",  "quick 128x64 s4 p8"};
  if (form & 2) all.insert(all.end(), {"quick 64x32 s4 p2", "quick 128x32 s3 p8", "quick 64x32 s9 p1"});
  for (int m : {49, 197, 264}) {
    if ((form & 1) && m % 8) continue;  // rows of whole 16 bytes
    checkForm(form, m, 1032, 200, all);
  }
  if (form) return;
  checkBatched({all[0], all[1], all[6]});
}

INSTANTIATE_TEST_SUITE_P(Gemm, QuickForms, testing::Range(0, 4));

// K shared and whole, tails of every extent, and a row of 16 bytes.
TEST(GemmGpu, Tf32ByWgmma) {
  if (!testing_util::isHopper()) GTEST_SKIP() << "for Hopper";
  const std::vector<std::string> all = {
      "quick 64x32 s4 p1",        "quick 64x64 s4 p4",         "quick 64x64 s12 p8",
      "quick 64x128 s7 p2",       "quick 128x32 s3 p8",        "quick 128x64 s3 p4",
      "quick 128x128 s4 p1",      "wgmma 128x128 s5 alone p1", "wgmma 128x256 s4 pair p1",
      "wgmma 192x128 s4 trio p1", "wgmma 64x64 s8 alone p8",   "wgmma 192x128 s5 trio p2"};
  for (const char* shapes :
       {"a:f32[49,516], b:f32[200,516]", "a:f32[264,1032], b:f32[272,1032]",
        "a:f32[1,2048], b:f32[1000,2048]", "a:f32[3,197,132], b:f32[3,72,132]", "a:f32[70,4], b:f32[35,4]"})
    check(std::string(shapes) + " -> y = MatMul(a, b) {transB=1}", 1e-3, all);
}

TEST(GemmGpu, WideBoxes) {
  if (!testing_util::isHopper()) GTEST_SKIP() << "for Hopper";
  const std::vector<std::string> all = {
      "wgmma 128x128 s5 pair wide boxes", "wgmma 192x128 s3 trio wide boxes",
      "wgmma 192x64 s5 trio wide boxes",  "wgmma 256x64 s4 pair wide boxes",
      "wgmma 128x64 s6 alone wide boxes", "wgmma 64x128 s6 alone wide boxes"};
  for (const char* shapes : {"a:f32[328,516], b:f32[272,516]", "a:f32[3,200,132], b:f32[3,72,132]"})
    check(std::string(shapes) + " -> y = MatMul(a, b) {transB=1}", 1e-3, all);
  // More tiles than multiprocessors, and an operand of each kind.
  for (const char* body :
       {"x = Add(m, c) y = Add(x, r)", "x = Mul(m, d) z = Add(x, c) w = Add(z, r) y = Gelu(w)"})
    check(fmt::format("{0} -> y = Region(a, b, r, c, d) {{kind=\"matmul\"}} graph g({0}) {{ m = MatMul(a, b) "
                      "{{transB=1}} {1} return y }}",
                      "a:f32[2500,68], b:f32[2504,68], r:f32[2500,2504], c:f32[2504], d:f32[2500,1]", body),
          1e-3, all);
}

// Factors are rounded to the nearest. In sums of 4096 positive products such errors cancel out; if digits
// were cut off, 6e-4 of the sums would be missing.
TEST(GemmGpu, Tf32IsRounded) {
  if (!testing_util::isHopper()) GTEST_SKIP() << "for Hopper";
  check(
      "x:f32[1] -> a = const f32[64,4096] random(1,1,2); b = const f32[64,4096] random(2,1,2); y = MatMul(a, "
      "b) {transB=1}",
      1e-4, {"mma 64x64x64 w2x2 s4 p8", "quick 64x64 s4 p8", "wgmma 128x128 s6 pair p4"});
}

// Results moved by the copy engine.
struct BoxForms : testing::TestWithParam<int> {};

TEST_P(BoxForms, AgreeWithTheReference) {
  if (!testing_util::isHopper()) GTEST_SKIP() << "for Hopper";
  const std::vector<std::string> all = {
      "wgmma 128x128 s5 alone boxes", "wgmma 128x128 s6 pair boxes", "wgmma 128x192 s4 pair boxes",
      "wgmma 128x256 s3 pair boxes",  "wgmma 256x128 s3 pair boxes", "wgmma 64x256 s4 alone boxes",
      "wgmma 64x192 s5 alone boxes",  "wgmma 256x64 s4 pair boxes",  "wgmma 192x128 s4 trio boxes",
      "wgmma 192x64 s6 trio boxes",   "wgmma 192x192 s3 trio boxes"};
  int form = GetParam();
  checkForm(form, 328, 520, 272, all);
  if (form) return;
  checkBatched({all[0], all[2]});
  // More tiles than multiprocessors: each buffer is used again.
  check(
      "a:f16[2500,72], b:f16[72,2504], r:f16[2500,2504], c:f16[2504] -> y = Region(a, b, r, c) "
      "{kind=\"matmul\"} graph g(a:f16[2500,72], b:f16[72,2504], r:f16[2500,2504], c:f16[2504]) { m = "
      "MatMul(a, b) x = Add(m, c) y = Add(x, r) return y }",
      kHalfTolerance, all);
}

INSTANTIATE_TEST_SUITE_P(Gemm, BoxForms, testing::Range(0, 4));

TEST(GemmGpu, BoxEpilogues) {
  if (!testing_util::isHopper()) GTEST_SKIP() << "for Hopper";
  for (const char* type : {"f16", "bf16"}) {
    std::string head =
        in(type,
           "a:TYPE[2,100,264], b:TYPE[264,200], c:TYPE[200], d:TYPE[2,100,1], r:TYPE[2,100,200], f:f32[200]");
    for (const char* body :
         {"x = Add(m, c) y = Gelu(x)", "x = Add(c, m) y = Add(r, x)",
          "x = Mul(m, d) z = Add(x, c) y = Relu(z)",
          "x = Add(m, c) z = Sigmoid(x) w = Mul(x, z) y = Add(w, r)", "x = Mul(r, r) y = Add(x, m)"})
      check(fmt::format(
                "{0} -> y = Region(a, b, c, d, r, f) {{kind=\"matmul\"}} graph g({0}) {{ m = MatMul(a, b) "
                "{1} return y }}",
                head, body),
            kHalfTolerance, {"wgmma 128x128 s5 alone boxes", "wgmma 128x192 s4 pair boxes"});
    check(fmt::format(
              "{0} -> y, z = Region(a, b, c, d, r, f) {{kind=\"matmul\"}} graph g({0}) {{ m = MatMul(a, b) "
              "x = Add(m, c) y = Add(x, r) q = Cast(y) {{to=f32}} z = Add(q, f) return y, z }}",
              head),
          type[0] == 'b' ? 8e-3 : kHalfTolerance,  // y is rounded on its way to z
          {"wgmma 128x128 s5 alone boxes", "wgmma 128x256 s3 pair boxes"});
  }
}

// Constant operands are fetched while the previous kernel still runs.
TEST(GemmGpu, ConstantWeights) {
  for (const char* rows : {"1", "7", "100"})
    for (const char* trans : {"0", "1"}) {
      bool t = trans[0] == '1', few = rows[1] == 0;
      std::vector<std::string> configs = {"mma 64x64x64 w2x2 s4 p1", "mma 32x64x64 w2x2 s4 p4"};
      if (few) configs = {"skinny 8x64 rows p1", "skinny 1x32 rows p4"};
      if (testing_util::isHopper())
        configs.insert(configs.end(),
                       {"quick 64x64 s4 p4", "quick 128x128 s4 p1", "wgmma 128x128 s5 alone p1"});
      check(fmt::format(
                "a:f16[{},1032] -> w = const f16[{}] random(1,-0.1,0.1); y = MatMul(a, w) {{transB={}}}",
                rows, t ? "200,1032" : "1032,200", trans),
            kHalfTolerance, configs);
    }
}

// What the epilogue reads is fetched ahead; results that do not fill vectors are finished one by one.
TEST(GemmGpu, QuickEpilogues) {
  if (!testing_util::isHopper()) GTEST_SKIP() << "for Hopper";
  for (const char* n : {"136", "72"}) {
    std::string head =
        fmt::format("a:f16[2,100,264], b:f16[264,{0}], c:f16[{0}], d:f16[100,1], r:f16[2,100,{0}]", n);
    for (const char* body :
         {"x = Add(m, c) y = Gelu(x)", "x = Add(c, m) y = Add(r, x)", "x = Mul(m, d) y = Relu(x)",
          "y = Cast(m) {to=f32}", "x = Add(m, c) z = Sigmoid(x) w = Mul(x, z) y = Add(w, r)"})
      check(fmt::format(
                "{0} -> y = Region(a, b, c, d, r) {{kind=\"matmul\"}} graph g({0}) {{ m = MatMul(a, b) {1} "
                "return y }}",
                head, body),
            kHalfTolerance,
            {"quick 64x64 s4 p1", "quick 64x128 s3 p2", "quick 128x64 s3 p4", "quick 64x64 s4 p8"});
  }
}

// Every width that this K has.
std::vector<std::string> thinConfigs(int k) {
  std::vector<std::string> all;
  for (int n : {32, 64, 96})
    if (n == 32 || (n == 64 && k <= 48) || k <= 32) all.push_back(fmt::format("thin 16x{} k{}", n, k));
  return all;
}

// Tails of rows and columns, every remainder of K, one row, and rows enough for several rounds.
TEST(GemmGpu, Thin) {
  for (int k = 8; k <= 64; k += 8)
    for (int form : {0, 2})
      for (int n : {8, 96, 144}) checkForm(form, n == 8 ? 1 : 1000 + k, k, n, thinConfigs(k));
  check("a:f16[70001,16], b:f16[16,96] -> y = MatMul(a, b)", kHalfTolerance, thinConfigs(16));
  check("a:f16[5,3,33,40], b:f16[40,240] -> y = MatMul(a, b)", kHalfTolerance, thinConfigs(40));
  check("a:bf16[900,24] -> w = const bf16[24,72] random(1); y = MatMul(a, w)", kHalfTolerance,
        thinConfigs(24));
}

TEST(GemmGpu, ThinEpilogues) {
  const std::vector<std::string> configs = {"thin 16x32 k24", "thin 16x96 k24"};
  for (const char* type : {"f16", "bf16"}) {
    // What is rounded on its way to a result, in the reference.
    double tolerance = type[0] == 'b' ? 8e-3 : kHalfTolerance;
    std::string head =
        in(type,
           "a:TYPE[2,100,24], b:TYPE[24,200], c:TYPE[200], d:TYPE[2,100,1], r:TYPE[2,100,200], f:f32[200]");
    for (const char* body : {"x = Add(m, c) y = Swish(x)", "x = Add(m, c) y = Gelu(x)",
                             "x = Add(c, m) y = Add(r, x)", "x = Mul(m, d) z = Add(x, c) y = Relu(z)",
                             "x = Add(m, c) z = Sigmoid(x) w = Mul(x, z) y = Add(w, r)", "y = Sqrt(m)",
                             "x = Add(m, c) z = Cast(x) {to=f32} y = Add(z, f)"})
      check(fmt::format(
                "{0} -> y = Region(a, b, c, d, r, f) {{kind=\"matmul\"}} graph g({0}) {{ m = MatMul(a, b) "
                "{1} return y }}",
                head, body),
            tolerance, configs);
    check(fmt::format(
              "{0} -> y, z = Region(a, b, c, d, r, f) {{kind=\"matmul\"}} graph g({0}) {{ m = MatMul(a, b) "
              "x = Add(m, c) y = Add(x, r) q = Cast(y) {{to=f32}} z = Add(q, f) return y, z }}",
              head),
          tolerance, configs);
  }
  check(
      "a:f16[300,32], b:f16[32,120], c:f16[120] -> q, k, v = Region(a, b, c) {kind=\"matmul\"} graph "
      "g(a:f16[300,32], b:f16[32,120], c:f16[120]) { m = MatMul(a, b) s = Add(m, c) q, k, v = Split(s) "
      "{axis=1, num_outputs=3} return q, k, v }",
      kHalfTolerance, thinConfigs(32));
}

TEST(GemmGpu, ThinConvolutions) {
  for (const char* body : {"y = Swish(c)", "s = Swish(c) y = Add(s, r)", "y = Clip(c, f16[]{0}, f16[]{6})"})
    check(fmt::format(
              "x:f16[2,40,19,17], r:f16[2,144,19,17] -> w = const f16[144,40,1,1] random(1,-0.3,0.3); b = "
              "const f16[144] random(2); y = Region(x, r, w, b) {{kind=\"conv\"}} graph g(x:f16[2,40,19,17], "
              "r:f16[2,144,19,17], w:f16[144,40,1,1], b:f16[144]) {{ c = Conv(x, w, b) {} return y }}",
              body),
          kHalfTolerance, thinConfigs(40));
}

TEST(GemmGpu, FewRowsOrColumns) {
  for (const char* type : {"f16", "f32"})
    for (int few : {1, 3, 8, 11})
      for (int k : {700, 1024})
        for (int trans : {0, 1}) {
          double tolerance = type[1] == '1' ? kHalfTolerance : kTolerance;
          check(fmt::format("a:{0}[{1},{2}], b:{0}[{3}] -> y = MatMul(a, b) {{transB={4}}}", type, few, k,
                            trans ? fmt::format("136,{}", k) : fmt::format("{},136", k), trans),
                tolerance, {"skinny 8x32 rows p1", "skinny 8x64 rows p4", "skinny 1x16 rows p2"});
          check(fmt::format("a:{0}[{1}], b:{0}[{2},{3}] -> y = MatMul(a, b) {{transA={4}}}", type,
                            trans ? fmt::format("{},136", k) : fmt::format("136,{}", k), k, few, trans),
                tolerance, {"skinny 32x8 columns p1", "skinny 128x8 columns p4"});
        }
}

// The body may read c (a row), d (a column), r (like the product) and s (one element for each batch).
TEST(GemmGpu, Epilogues) {
  const char* inputs =
      "a:TYPE[2,37,64], b:TYPE[64,N], c:TYPE[N], d:TYPE[37,1], r:TYPE[2,37,N], s:TYPE[2,1,1]";
  for (const char* body :
       {"x = Add(m, c) y = Gelu(x)", "x = Add(c, m) y = Add(r, x)", "x = Mul(m, d) y = Add(x, s)",
        "g = Greater(r, c) y = Where(g, m, c)", "x = Sigmoid(m) y = Mul(m, x)", "y = Cast(m) {to=f32}",
        "y = Cast(m) {to=f64}", "y = IsNaN(m)", "y = Div(m, m)"})
    for (const char* type : {"f16", "f32"})
      for (const char* n : {"48", "35"}) {
        std::string head = in(type, inputs);
        for (size_t at; (at = head.find('N')) != std::string::npos;) head.replace(at, 1, n);
        check(fmt::format(
                  "{0} -> y = Region(a, b, c, d, r, s) {{kind=\"matmul\"}} graph g({0}) {{ m = MatMul(a, "
                  "b) {1} return y }}",
                  head, body),
              type[1] == '1' ? kHalfTolerance : kTolerance);
      }
}

TEST(GemmGpu, PartsOfTheColumns) {
  for (const char* n : {"768", "120"}) {
    std::string head = fmt::format("a:f16[2,37,64], b:f16[64,{0}], c:f16[{0}]", n);
    check(fmt::format(
              "{0} -> q, k, v = Region(a, b, c) {{kind=\"matmul\"}} graph g({0}) {{ m = MatMul(a, b) s = "
              "Add(m, c) q, k, v = Split(s) {{axis=2, num_outputs=3}} return q, k, v }}",
              head),
          kHalfTolerance);
  }
}

TEST(GemmGpu, NothingToSum) {
  check(
      "a:f16[9,0], b:f16[0,16], c:f16[16] -> y = Region(a, b, c) {kind=\"matmul\"} graph g(a:f16[9,0], "
      "b:f16[0,16], c:f16[16]) { m = MatMul(a, b) q = Div(m, m) y = Add(q, c) return y }",
      kHalfTolerance);
  check("a:f16[0,16], b:f16[16,16] -> y = MatMul(a, b)", kHalfTolerance);
}

TEST(GemmGpu, Integers) {
  check("a:u8[37,53], b:i8[53,29], z:u8[], w:i8[29] -> y = MatMulInteger(a, b, z, w)", 0);
  check("a:i8[2,37,53], b:i8[53,29] -> y = MatMulInteger(a, b)", 0);
}

TEST(GemmGpu, Convolutions) {
  for (const char* x : {"[2,24,5,7]", "[1,64,1,1]", "[3,72,28]"}) {
    TextCase sizes = parseCase(fmt::format("x:f16{} -> y = Relu(x)", x));
    Shape s = sizes.inputs[0].shape();
    std::string ones, spatial;
    for (int i = 2; i < s.rank(); ++i) ones += ",1", spatial += fmt::format(",{}", s[i]);
    std::string head =
        fmt::format("x:f16{0}, w:f16[40,{1}{2}], b:f16[40], r:f16[{3},40{4}], g:f16[{3},40{2}]", x, s[1],
                    ones, s[0], spatial);
    check(fmt::format(
              "{0} -> y = Region(x, w, b, r, g) {{kind=\"conv\"}} graph body({0}) {{ c = Conv(x, w, b) q = "
              "Mul(c, g) t = Add(q, r) y = Relu(t) return y }}",
              head),
          kHalfTolerance, {}, s.numel(2, s.rank()) == 1 ? 2 : 1);
  }
}

// Images that are scaled in front of a 1x1 convolution; each is a product of its own.
void checkScaled(const char* type, const char* images, int channels, const char* pixels, int filters,
                 const std::vector<std::string>& configs, const char* factors = "Mul(x, s)") {
  std::string head = fmt::format(
      "x:{0}[{1},{2},{3}], s:{0}[{1},{2},1,1], w:{0}[{4},{2},1,1], b:{0}[{4}], r:{0}[{1},{4},{3}]", type,
      images, channels, pixels, filters);
  check(fmt::format(
            "{0} -> y = Region(x, s, w, b, r) {{kind=\"conv\"}} graph g({0}) {{ m = {1} c = Conv(m, w, b) t "
            "= Add(c, r) y = Relu(t) return y }}",
            head, factors),
        type[1] == '3'   ? 2e-3
        : type[0] == 'b' ? 1e-2
                         : kHalfTolerance,
        configs);
}

TEST(GemmGpu, ScaledImages) {
  const std::vector<std::string> all = {"mma 64x64x64 w2x2 s4 p1",  "mma 128x64x64 w4x2 s3 p1",
                                        "mma 32x64x64 w2x2 s4 p1",  "mma 64x32x64 w2x2 s4 p1",
                                        "mma 32x32x128 w2x2 s3 p1", "mma 128x32x32 w4x1 s4 p1",
                                        "mma 256x32x64 w8x1 s2 p1", "mma 128x128x32 w2x2 s4 p1"};
  for (const char* type : {"f16", "bf16", "f32"}) {
    for (int channels : {32, 136, 28, 21}) checkScaled(type, "3", channels, "7,9", 24, all);
    checkScaled(type, "2", 72, "14,14", 40, all, "Mul(s, x)");
    checkScaled(type, "1", 480, "7,7", 83, {all[0], all[5]});
    checkScaled(type, "5", 40, "1,3", 16, {all[0]});
    checkScaled(type, "0", 40, "5,3", 16, {all[0]});
    if (testing_util::isHopper())
      checkScaled(type, "2", 648, "7,7", 72, {"mma 64x64x64 w2x2 s4 p2", "mma 32x64x64 w2x2 s4 p4"});
  }
  checkScaled("f16", "3", 72, "9,6", 40, {});
}

// Only what they scale becomes NaN or infinite.
TEST(GemmGpu, FactorsThatAreNoNumbers) {
  std::string factors;
  for (int i = 0; i < 3 * 16; ++i)
    factors += fmt::format("{}{}", i ? "," : "", i == 20 ? "nan" : i == 37 ? "-inf" : "0.5");
  for (const char* type : {"f16", "bf16", "f32"}) {
    std::string inputs = fmt::format("x:{0}[3,16,7,5], w:{0}[8,16,1,1], s:{0}[3,16,1,1]", type);
    check(fmt::format("{} {{{}}} -> y = Region(x, w, s) {{kind=\"conv\"}} graph g({}) {{ m = Mul(x, s) y = "
                      "Conv(m, w) return y }}",
                      inputs, factors, inputs),
          1e-2, {"mma 64x64x64 w2x2 s4 p1"});
  }
}

}  // namespace
}  // namespace tenfold
