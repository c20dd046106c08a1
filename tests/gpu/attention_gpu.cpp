// Attention on the GPU: odd sizes, masks with rows that see nothing, grouped heads, caches, windows, views
// before and behind it, and what is not finite.
#include "targets/tactic_harness.h"

namespace tenfold {
namespace {

struct AttentionCase {
  const char* text;
  double tolerance = 1e-5;
};
void PrintTo(const AttentionCase& c, std::ostream* out) { *out << c.text; }

class CudaAttention : public testing::TestWithParam<AttentionCase> {};

TEST_P(CudaAttention, AgreesWithTheReference) {
  auto counts = testing_util::checkText(GetParam().text, GetParam().tolerance, "cuda");
  EXPECT_GT(counts["flash-attention"] + counts["plain-attention"], 0);
}

#define F16_HEADS "q:f16[2,3,197,64], k:f16[2,3,197,64], v:f16[2,3,197,64]"
#define SHORT "q:f16[1,2,5,16], k:f16[1,2,6,16], v:f16[1,2,6,16]"

// Masks of 384 keys for six texts: the lowest numbers alone, tiles with and without, nothing seen at first,
// NaN at the end, the lowest at first, and nothing seen at all.
#define TEXTS "q:f16[6,2,384,64], k:f16[6,2,384,64], v:f16[6,2,384,64]"
#define MASKS                                                                                             \
  "zero = const f32[1,128] splat(0); low = const f32[1,128] splat(-3.4e38); some = const f32[1,128] "     \
  "splat(-1.5); none = const f32[1,128] splat(-inf); few = const f32[1,3] splat(nan); most = const "      \
  "f32[1,125] splat(0); a = Concat(low, low, low) {axis=1}; b = Concat(zero, some, zero) {axis=1}; c = "  \
  "Concat(none, zero, some) {axis=1}; d = Concat(zero, zero, most, few) {axis=1}; e = Concat(low, zero, " \
  "zero) {axis=1}; f = Concat(none, none, none) {axis=1}; all = Concat(a, b, c, d, e, f) {axis=0}; m = "  \
  "Reshape(all, i64[4]{6,1,1,384}); "
// The same of 128 keys, which may be one tile.
#define SHORT_MASKS                                                                                       \
  "zero = const f16[1,64] splat(0); low = const f16[1,64] splat(-65504); some = const f16[1,64] "         \
  "splat(-1.5); none = const f16[1,64] splat(-inf); few = const f16[1,3] splat(nan); most = const "       \
  "f16[1,61] splat(0); a = Concat(low, low) {axis=1}; b = Concat(zero, some) {axis=1}; c = Concat(none, " \
  "some) {axis=1}; d = Concat(zero, most, few) {axis=1}; e = Concat(zero, zero) {axis=1}; f = "           \
  "Concat(none, none) {axis=1}; all = Concat(a, b, c, d, e, f) {axis=0}; m = Reshape(all, "               \
  "i64[4]{6,1,1,128}); "

constexpr AttentionCase kCases[] = {
    {F16_HEADS " -> y = Attention(q, k, v)", 4e-3},
    {F16_HEADS ", m:f16[2,1,1,197] -> y = Attention(q, k, v, m)", 4e-3},
    {F16_HEADS ", m:bool[197,197] -> y = Attention(q, k, v, m)", 4e-3},
    {F16_HEADS " -> y = Attention(q, k, v) {is_causal=1}", 4e-3},
    // Many tiles of keys; a mask of zeros but for the last text's end.
    {"q:f16[2,4,384,64], k:f16[2,4,384,64], v:f16[2,4,384,64] -> y = Attention(q, k, v)", 4e-3},
    {"q:bf16[1,2,300,128], k:bf16[1,2,700,128], v:bf16[1,2,700,128] -> y = Attention(q, k, v)", 2e-2},
    {"q:f16[2,4,384,64], k:f16[2,4,384,64], v:f16[2,4,384,64], z:f16[384] -> m = Sub(z, z); y = Attention(q, "
     "k, v, "
     "m)",
     4e-3},
    {"q:f16[2,4,384,64], k:f16[2,4,384,64], v:f16[2,4,384,64], m:f16[2,1,1,384] -> y = Attention(q, k, v, m) "
     "{is_causal=1}",
     4e-3},
    {F16_HEADS " -> y = Attention(q, k, v) {left_window_size=20, right_window_size=3, scale=0.4}", 4e-3},
    {F16_HEADS ", m:f32[1,3,197,197] -> y = Attention(q, k, v, m) {softcap=1.5}", 4e-3},
    {"q:bf16[2,128,192], k:bf16[2,100,96], v:bf16[2,100,96] -> y = Attention(q, k, v) {q_num_heads=4, "
     "kv_num_heads=2}",
     2e-2},
    {"q:f16[2,8,1,128], k:f16[2,2,1500,128], v:f16[2,2,1500,128] -> y = Attention(q, k, v)", 4e-3},
    {"q:f16[2,8,1,64], k:f16[2,2,700,64], v:f16[2,2,700,64], m:f16[2,1,1,700] -> y = Attention(q, k, v, m)",
     4e-3},
    {"q:f16[1,8,3,64], k:f16[1,4,700,64], v:f16[1,4,700,64], m:f16[1,8,3,700] -> y = Attention(q, k, v, m)",
     4e-3},
    {"q:f32[2,2,33,20], k:f32[2,2,41,20], v:f32[2,2,41,13] -> y = Attention(q, k, v) {scale=0.3}"},
    {"q:f32[1,2,100,64], k:f32[1,2,130,64], v:f32[1,2,130,64], m:f32[100,130] -> y = Attention(q, k, v, m)"},
    {"q:f32[1,2,70,128], k:f32[1,2,70,128], v:f32[1,2,70,128] -> y = Attention(q, k, v) {is_causal=1}"},
    {"q:f32[1,1,20,256], k:f32[1,1,50,256], v:f32[1,1,50,200] -> y = Attention(q, k, v)"},
    {"q:f16[1,1,20,256], k:f16[1,1,90,256], v:f16[1,1,90,256] -> y = Attention(q, k, v)", 4e-3},
    {"q:f16[1,3,20,7], k:f16[1,3,29,7], v:f16[1,3,29,9] -> y = Attention(q, k, v)", 4e-3},
    {"q:f16[1,2,5,16], k:f16[1,2,5,16], v:f16[1,2,5,16], p:f16[1,2,40,16], o:f16[1,2,40,16] -> y, a, b = "
     "Attention(q, k, v, _, p, o) {is_causal=1}",
     4e-3},
    {"q:f32[2,1,24], k:f32[2,1,12], v:f32[2,1,12], m:f32[1,31], p:f32[2,2,30,6], o:f32[2,2,30,6] -> y, a, b "
     "= "
     "Attention(q, k, v, m, p, o) {q_num_heads=4, kv_num_heads=2}"},
    {"q:f16[3,2,4,16], k:f16[3,2,9,16], v:f16[3,2,9,16], n:i64[3] {9,4,6} -> y = Attention(q, k, v, _, _, _, "
     "n) "
     "{is_causal=1}",
     4e-3},
    {SHORT
     ", m:bool[5,6] {1,1,1,1,1,1, 0,0,0,0,0,0, 1,0,1,0,1,0, 0,0,0,0,0,1, 1,0,0,0,0,0} -> y = Attention(q, "
     "k, v, m)",
     4e-3},
    {SHORT ", m:f16[5,6] {0,0,0,0,0,0, -inf,-inf,-inf,-inf,-inf,-inf, -inf,0,1,2,3,4, nan,0,0,0,0,0, "
           "0,0,0,0,0,-65504} -> y = Attention(q, k, v, m)",
     4e-3},
    {SHORT ", m:f32[1,6] {-3.4e38,-3.4e38,-3.4e38,-3.4e38,-3.4e38,-3.4e38} -> y = Attention(q, k, v, m)",
     4e-3},
    {SHORT ", m:f16[5,4] -> y = Attention(q, k, v, m)", 4e-3},
    {TEXTS " -> " MASKS "y = Attention(q, k, v, m)", 4e-3},
    {TEXTS " -> " MASKS "y = Attention(q, k, v, m) {is_causal=1, nan_without_keys=1}", 4e-3},
    {TEXTS " -> " MASKS "n = Expand(m, i64[4]{6,1,384,384}); y = Attention(q, k, v, n) {nan_without_keys=1}",
     4e-3},
    {"q:f32[6,1,20,64], k:f32[6,1,384,64], v:f32[6,1,384,64] -> " MASKS "y = Attention(q, k, v, m)"},
    {"q:f16[2,8,1,64], k:f16[2,2,700,64], v:f16[2,2,700,64] -> a = const f32[1,1,1,700] splat(-3.4e38); b = "
     "const f32[1,1,1,700] splat(-inf); m = Concat(a, b) {axis=0}; y = Attention(q, k, v, m) "
     "{nan_without_keys=1}",
     4e-3},
    {SHORT ", m:bool[5,6] {1,1,1,1,1,1, 0,0,0,0,0,0, 1,0,1,0,1,0, 0,0,0,0,0,1, 1,0,0,0,0,0} -> y = "
           "Attention(q, k, v, m) {nan_without_keys=1}",
     4e-3},
    {"q:f16[1,2,9,16], k:f16[1,2,4,16], v:f16[1,2,4,16] -> y = Attention(q, k, v) {left_window_size=0, "
     "right_window_size=0, nan_without_keys=1}",
     4e-3},
    {"q:f16[1,2,5,16], k:f16[1,2,0,16], v:f16[1,2,0,16] -> y = Attention(q, k, v) {nan_without_keys=1}",
     4e-3},
    {"q:f64[1,1,3,4], k:f64[1,1,3,4], v:f64[1,1,3,4], m:bool[3,3] {0,0,0,1,0,1,1,1,1} -> y = Attention(q, k, "
     "v, m) {nan_without_keys=1}"},
    {"q:f16[1,2,0,16], k:f16[1,2,6,16], v:f16[1,2,6,16] -> y = Attention(q, k, v)", 4e-3},
    {"q:f16[1,2,5,16], k:f16[1,2,0,16], v:f16[1,2,0,16] -> y = Attention(q, k, v)", 4e-3},
    {"q:f16[2,4,128,64], k:f16[2,4,128,64], v:f16[2,4,128,64], m:f16[2,1,1,128] -> y = Attention(q, k, v, m)",
     4e-3},
    {"q:bf16[2,8,70,128], k:bf16[2,2,90,128], v:bf16[2,2,90,128], m:f32[2,8,1,90] -> y = Attention(q, k, v, "
     "m)",
     2e-2},
    {"q:f16[2,4,130,64], k:f16[2,2,61,64], v:f16[2,2,61,64], m:bool[2,1,1,50] -> y = Attention(q, k, v, m)",
     4e-3},
    {"q:f16[6,1,60,64], k:f16[6,1,128,64], v:f16[6,1,128,64] -> " SHORT_MASKS
     "y = Attention(q, k, v, m) {nan_without_keys=1}",
     4e-3},
    {"x:f16[2,100,576] -> y = Region(x) {kind=\"attention\"} graph g(x:f16[2,100,576]) { a, b, c = Split(x) "
     "{axis=2}; q = Reshape(a, i64[4]{0,0,3,64}); k = Reshape(b, i64[4]{0,0,3,64}); v = Reshape(c, "
     "i64[4]{0,0,3,64}); qt = Transpose(q) {perm=[0,2,1,3]}; kt = Transpose(k) {perm=[0,2,1,3]}; vt = "
     "Transpose(v) {perm=[0,2,1,3]}; o = Attention(qt, kt, vt); t = Transpose(o) {perm=[0,2,1,3]}; r = "
     "Reshape(t, i64[3]{0,0,192}); return r }",
     4e-3},
    {"q:f64[2,3,4,8], k:f64[2,3,6,8], v:f64[2,3,6,5] -> y = Attention(q, k, v)"},
    {"q:f16[1,2,3,4], k:f16[1,2,3,4], v:f16[1,2,3,4], m:f16[3,5], p:f16[1,2,2,4], o:f16[1,2,2,4] -> y, pk, "
     "pv, s "
     "= Attention(q, k, v, m, p, o) {qk_matmul_output_mode=3}",
     4e-3},
    {"q:f32[1,2,3,300], k:f32[1,2,40,300], v:f32[1,2,40,10] -> y = Attention(q, k, v)"},
    {"x:f16[2,50,288] -> y = Region(x) {kind=\"attention\"} graph g(x:f16[2,50,288]) { a, b, c = Split(x) "
     "{axis=2}; q = Reshape(a, i64[4]{0,0,6,16}); k = Reshape(b, i64[4]{0,0,6,16}); v = Reshape(c, "
     "i64[4]{0,0,6,16}); qt = Transpose(q) {perm=[0,2,1,3]}; kt = Transpose(k) {perm=[0,2,1,3]}; vt = "
     "Transpose(v) {perm=[0,2,1,3]}; o = Attention(qt, kt, vt); t = Transpose(o) {perm=[0,2,1,3]}; r = "
     "Reshape(t, i64[3]{0,0,96}); return r }",
     4e-3},
};

INSTANTIATE_TEST_SUITE_P(Cuda, CudaAttention, testing::ValuesIn(kCases));

}  // namespace
}  // namespace tenfold
