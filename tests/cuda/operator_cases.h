// Operators of the tables of small kernels at odd, long and empty shapes.
#pragma once

#include <algorithm>
#include <string>

namespace tenfold::testing_util {

// A tactic's name as a part of a test's.
inline std::string testName(std::string tactic) {
  std::replace(tactic.begin(), tactic.end(), '-', '_');
  return tactic;
}

struct OperatorCase {
  const char* tactic;  // that must have run
  const char* text;
  double tolerance = 1e-5;
};

inline const OperatorCase kOperatorCases[] = {
    {"movement", "x:f16[3,3,40,41] -> y = Transpose(x) {perm=[0,2,3,1]}"},
    {"movement", "x:f32[2,3,33,20] -> y = Transpose(x) {perm=[0,2,3,1]}"},
    {"movement", "x:i8[2,3,16,16] -> y = Transpose(x) {perm=[0,2,3,1]}"},
    {"movement", "x:f16[2,3,7,11] -> y = Transpose(x) {perm=[0,2,3,1]}"},
    {"selection", "x:f32[3,1001] -> y = ArgMax(x) {axis=1}"},
    {"selection", "x:f16[2,70,33] -> y = ArgMin(x) {axis=1, select_last_index=1}"},
    {"selection", "x:i8[5,300] -> y = ArgMax(x) {axis=-1, select_last_index=1}"},
    {"selection", "x:f32[0,4] -> y = ArgMax(x) {axis=1}"},
    {"selection", "x:f32[2,1000], a:i64[] {1} -> y = CumSum(x, a)", 1e-4},
    {"selection", "x:i64[3,517], a:i64[] {1} -> y = CumSum(x, a) {reverse=1}"},
    {"selection", "x:f32[3,517,2], a:i64[] {1} -> y = CumSum(x, a) {exclusive=1}", 1e-4},
    {"selection", "x:i32[1,777], a:i64[] {1} -> y = CumSum(x, a) {exclusive=1, reverse=1}"},
    {"selection", "x:f32[3,1000], k:i64[1] {1000} -> y, i = TopK(x, k)"},
    {"selection", "x:f16[2,777,3], k:i64[1] {5} -> y, i = TopK(x, k) {axis=1, largest=0}"},
    {"selection", "x:f32[2,10007], k:i64[1] {100} -> y, i = TopK(x, k)"},
    {"selection", "x:i8[2,9001], k:i64[1] {50} -> y, i = TopK(x, k)"},
    {"selection", "x:i64[2,5000], k:i64[1] {40} -> y, i = TopK(x, k) {largest=0}"},
    {"selection", "x:f32[2,5001], k:i64[1] {3000} -> y, i = TopK(x, k)"},
    {"selection", "x:f32[3,4], k:i64[1] {0} -> y, i = TopK(x, k)"},
    {"selection", "x:bool[70,131] -> y = NonZero(x)"},
    {"selection", "x:f32[3,5,7] -> y = NonZero(x)"},
    {"selection", "x:i32[] -> y = NonZero(x)"},
    {"selection", "x:f16[40,300], c:bool[300] -> y = Compress(x, c) {axis=1}"},
    {"selection", "x:f32[0,3] -> y = NonZero(x)"},
    {"selection",
     "b:f32[2,700,4], s:f32[2,3,700] -> y = NonMaxSuppression(b, s, i64[1]{20}, f32[1]{0.3}, f32[1]{0.1})"},
    {"selection",
     "b:f32[1,90,4], s:f32[1,2,90] -> y = NonMaxSuppression(b, s, i64[1]{1000}, f32[1]{0.5}) "
     "{center_point_box=1}"},
    {"packed", "x:u4[33,65] -> y = Transpose(x)"},
    {"packed", "x:i4[7,5,3] -> y = Transpose(x) {perm=[2,0,1]}"},
    {"packed", "x:i4[3,7,5], z:i4[3,2,5], w:i4[3,4,5] -> y = Concat(x, z, w) {axis=1}"},
    {"packed", "x:u4[5,13,3] -> y, z = Split(x, i64[2]{6,7}) {axis=1}"},
    {"packed", "x:i4[1000,33] -> y = Gather(x, i64[4]{7,-1,999,0})"},
    {"packed", "x:u4[3,301] -> y = Slice(x, i64[1]{300}, i64[1]{-400}, i64[1]{1}, i64[1]{-2})"},
    {"packed", "x:i4[3,1,5] -> y = Expand(x, i64[3]{3,7,5})"},
    {"unique", "x:f32[] -> y, i, v, c = Unique(x)"},
    {"unique", "x:i8[3000] -> y, i, v, c = Unique(x)"},
    {"unique", "x:i8[3000] -> y, i, v, c = Unique(x) {sorted=0}"},
    {"unique", "x:bool[7,300] -> y, i, v, c = Unique(x) {axis=0}"},
    {"unique", "x:f16[2,5000] -> y, _, v = Unique(x) {sorted=0}"},
    {"unique", "x:bool[3,70,2] -> y, i, v, c = Unique(x) {axis=1, sorted=0}"},
    {"unique", "x:i64[0] -> y, i, v, c = Unique(x)"},
    {"linear-attention",
     "q:f32[2,9,256], k:f32[2,9,128], v:f32[2,9,48] -> y, s = LinearAttention(q, k, v) {q_num_heads=4, "
     "kv_num_heads=2, update_rule=\"linear\"}"},
    {"linear-attention",
     "q:f16[1,5,80], k:f16[1,5,80], v:f16[1,5,34], p:f32[1,2,40,17], g:f16[1,5,80] -> d = Abs(g); n = "
     "Neg(d); "
     "y, s = LinearAttention(q, k, v, p, n) {q_num_heads=2, kv_num_heads=2, update_rule=\"gated\"}",
     5e-3},
    {"linear-attention",
     "q:f32[2,4,100], k:f32[2,4,100], v:f32[2,4,9], b:f32[2,4,1] -> s = Sigmoid(b); m = Mul(k, "
     "f32[]{0.05}); y = LinearAttention(q, m, v, _, _, s) {q_num_heads=1, kv_num_heads=1, "
     "update_rule=\"delta\"}",
     1e-4},
    {"patterns", "-> y = Range(i64[]{3}, i64[]{1000}, i64[]{7})"},
    {"patterns", "-> y = Range(f32[]{0.5}, f32[]{300}, f32[]{0.25})"},
    {"patterns", "x:f32[2,35,33] -> y = Trilu(x, i64[]{2})"},
    {"patterns", "x:bool[17,19] -> y = Trilu(x, i64[]{-3}) {upper=0}"},
    {"patterns", "x:f16[7,3,5] -> y = ReverseSequence(x, i64[3]{7,0,4})"},
    {"patterns", "x:f32[0,3] -> y = EyeLike(x)"},
    {"quantization",
     "x:f32[3,5,1001] -> y = QuantizeLinear(x, f32[5]{0.01,0.02,0.1,1,0.5}, "
     "u8[5]{1,2,128,0,255}) {axis=1}"},
    {"quantization", "x:f16[7,33] -> y = QuantizeLinear(x, f16[]{0.05}) {output_dtype=i4}"},
    {"quantization", "x:f32[300] -> y = QuantizeLinear(x, f32[]{0.01}) {output_dtype=f8e4m3fn}"},
    {"quantization", "x:f32[300] -> y = QuantizeLinear(x, f32[]{0.0001}) {output_dtype=f8e5m2, saturate=0}"},
    {"quantization", "x:f32[300] -> y = QuantizeLinear(x, f32[]{0.01}) {output_dtype=f8e4m3fnuz}"},
    {"quantization", "x:f32[301] -> y = QuantizeLinear(x, f32[]{0.3}) {output_dtype=f4e2m1}"},
    {"quantization",
     "x:f32[2,7] -> y = QuantizeLinear(x, f32[2,3]{0.5,1,2,0.25,0.5,1}) {block_size=3, axis=1, "
     "output_dtype=i8}"},
    {"quantization", "x:i32[5,7] -> y = DequantizeLinear(x, f32[7]{1,2,3,4,5,6,7}, i32[7]{1,2,3,4,5,6,7})"},
    {"quantization", "x:u4[3,7] -> y = DequantizeLinear(x, f32[3]{1,2,3}, u4[3]{1,2,3}) {axis=0}"},
    {"quantization", "x:f32[1000] -> y, s, z = DynamicQuantizeLinear(x)"},
    {"quantization", "a:u8[3,17,65], b:i8[3,65,9] -> y = MatMulInteger(a, b, u8[]{3})"},
    {"quantization", "a:i8[2,1,5,8], b:i8[3,8,9] -> y = MatMulInteger(a, b)"},
    {"quantization",
     "x:u8[2,4,9,11], w:i8[6,2,3,3] -> y = ConvInteger(x, w, u8[]{7}) {group=2, strides=[2,1], "
     "pads=[1,0,1,2], dilations=[1,2]}"},
    {"quantization", "x:i8[2,3,20], w:i8[4,3,5] -> y = ConvInteger(x, w, i8[]{-3}, i8[4]{1,-2,3,0})"},
    {"images", "x:f32[2,3,17,19], g:f32[2,9,7,2] -> y = GridSample(x, g) {mode=\"cubic\"}", 1e-4},
    {"images",
     "x:f32[2,3,17,19], g:f32[2,9,7,2] -> y = GridSample(x, g) {padding_mode=\"border\", "
     "align_corners=1}",
     1e-4},
    {"images", "x:f32[1,2,5,6,7], g:f32[1,3,4,5,3] -> y = GridSample(x, g) {padding_mode=\"reflection\"}",
     1e-4},
    {"images",
     "x:f32[2,5,9,11] -> y, i = MaxPool(x) {kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1], "
     "storage_order=1}"},
    {"images", "x:f32[2,3,40] -> y, i = MaxPool(x) {kernel_shape=[4], strides=[3], dilations=[2]}"},
    {"images", "x:f16[1,2,3,4,5] -> y, i = MaxPool(x) {kernel_shape=[2,2,2]}"},
    {"images", "x:f32[1,3,5,5] -> y = LpPool(x) {kernel_shape=[2,2], p=1, auto_pad=\"SAME_UPPER\"}", 1e-4},
    {"selection", "x:f16[3,77,5] -> y = Hardmax(x) {axis=1}"},
    {"gather",
     "x:f32[50,3], u:f32[64,3] -> i = Range(i64[]{0}, i64[]{64}, i64[]{1}); m = Mod(i, i64[]{50}); "
     "n = Unsqueeze(m, i64[1]{1}); y = ScatterND(x, n, u) {reduction=\"max\"}"},
    {"gather", "x:i8[5,3], u:i8[4,3] -> y = ScatterND(x, i64[4,1]{0,0,2,0}, u) {reduction=\"add\"}"},
    {"gather", "x:f16[7], u:f16[4] -> y = ScatterElements(x, i64[4]{1,1,1,6}, u) {reduction=\"mul\"}", 1e-2},
    {"gather", "x:i64[7], u:i64[4] -> y = ScatterElements(x, i64[4]{1,1,1,6}, u) {reduction=\"min\"}"},
    {"normalization",
     "x:f16[2,12,7,9], s:f16[12], b:f16[12] -> y = GroupNormalization(x, s, b) {num_groups=3}"},
    {"normalization",
     "x:f32[1,32,65] , s:f32[32], b:f32[32] -> y = GroupNormalization(x, s, b) {num_groups=4}"},
    {"normalization",
     "x:f32[5,3,33], s:f32[3,33], b:f32[33] -> y, m, d = LayerNormalization(x, s, b) {axis=1}"},
    {"normalization", "x:f32[3,100,5] -> y = LpNormalization(x) {axis=1, p=1}"},
    {"movement", "x:f16[66,132] -> y = Transpose(x)"},
    {"movement", "x:f16[3,68,132,2] -> y = Transpose(x) {perm=[2,0,3,1]}"},
    {"movement", "x:u8[72,136] -> y = Transpose(x)"},
    {"movement", "x:f32[5,34,70] -> y = Transpose(x) {perm=[0,2,1]}"},
    {"movement", "x:f16[2,3,17,19] -> y = Transpose(x) {perm=[0,2,3,1]}"},
    {"movement", "x:i64[2,5,40] -> y = Transpose(x) {perm=[0,2,1]}"},
    {"pad", "x:f16[2,3,5,7] -> y = Pad(x, i64[8]{0,1,2,3,1,0,-1,4})"},
    {"pad", "x:f32[3,9] -> y = Pad(x, i64[4]{0,5,0,6}) {mode=\"reflect\"}"},
    {"pad", "x:i8[3,9] -> y = Pad(x, i64[4]{1,3,2,2}) {mode=\"wrap\"}"},
    {"pad", "x:f32[3,9] -> y = Pad(x, i64[4]{2,3,1,2}) {mode=\"edge\"}"},
    {"resize", "x:f16[2,16,5,7] -> y = Resize(x, _, f32[4]{1,1,2,3}) {mode=\"linear\"}", 2e-3},
    {"resize", "x:f32[2,8,5,7] -> y = Resize(x, _, f32[4]{1,1,0.5,1.5}) {mode=\"cubic\"}", 1e-4},
    {"resize", "x:i8[2,16,5,7] -> y = Resize(x, _, f32[4]{1,1,2,2})"},
    {"resize", "x:f32[1,4,3,5,6] -> y = Resize(x, _, f32[5]{1,1,2,2,2}) {mode=\"linear\"}", 1e-4},
    {"pool", "x:f16[2,24,9,11] -> y = MaxPool(x) {kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1]}"},
    {"pool", "x:f32[2,12,9,11] -> y = AveragePool(x) {kernel_shape=[2,3], pads=[0,1,0,1]}"},
    {"pool",
     "x:f16[2,16,9,11] -> y = AveragePool(x) {kernel_shape=[3,3], pads=[1,1,1,1], "
     "count_include_pad=1}",
     2e-3},
    {"sums", "x:i32[3,70,5], a:i64[1] {1} -> y = ReduceSum(x, a) {keepdims=0}"},
    {"sums", "x:i64[3,7,5], a:i64[2] {0,2} -> y = ReduceMax(x, a)"},
    {"sums", "x:f64[3,700] -> y = ReduceMin(x)"},
    {"sums", "x:u8[1000] -> y = ReduceSum(x)"},
    {"sums", "x:i32[3,0], a:i64[1] {1} -> y = ReduceSum(x, a)"},
    {"sums", "x:f32[2,100,1] -> y = DFT(x) {onesided=1}", 1e-4},
    {"sums", "x:f32[3,65,2,1] -> y = DFT(x, _, i64[]{1})", 1e-4},
    {"sums", "x:f32[2,500,1], w:f32[64] -> y = STFT(x, i64[]{16}, w)", 1e-4},
};

}  // namespace tenfold::testing_util
