// Attention compiles in every form.
#include "cuda/kernel_sweep.h"

namespace tenfold::testing_util {
namespace {

#define QKV "q:f16[2,4,70,64], k:f16[2,4,70,64], v:f16[2,4,70,64]"

TEST(CudaAttention, Flash) {
  expectCompiles(
      "flash-attention",
      {QKV " -> y = Attention(q, k, v)", QKV ", m:f16[2,1,1,70] -> y = Attention(q, k, v, m) {softcap=2.0}",
       QKV ", m:bool[70,70] -> y = Attention(q, k, v, m) {is_causal=1}",
       QKV ", m:f16[2,1,1,70] -> y = Attention(q, k, v, m)",
       "q:f16[32,12,128,64], k:f16[32,12,128,64], v:f16[32,12,128,64], m:f16[32,1,1,128] -> y = Attention(q, "
       "k, "
       "v, m)",
       "q:bf16[2,8,220,128], k:bf16[2,2,220,128], v:bf16[2,2,220,128], m:bool[220] -> y = Attention(q, k, v, "
       "m)",
       "q:bf16[1,5,96], k:bf16[1,300,48], v:bf16[1,300,48], m:f32[5,300] -> y = Attention(q, k, v, m) "
       "{q_num_heads=4, kv_num_heads=2}",
       "q:f32[1,2,40,20], k:f32[1,2,50,20], v:f32[1,2,50,13] -> y = Attention(q, k, v)",
       "q:f16[1,2,3,128], k:f16[1,2,3,128], v:f16[1,2,3,128], p:f16[1,2,50,128], o:f16[1,2,50,128] -> y, a, "
       "b = "
       "Attention(q, k, v, _, p, o) {is_causal=1}",
       "q:f16[1,8,1,64], k:f16[1,2,900,64], v:f16[1,2,900,64] -> y = Attention(q, k, v)",
       "q:f16[1,1,40,256], k:f16[1,1,40,256], v:f16[1,1,40,256], m:f16[40,40] -> y = Attention(q, k, v, m)",
       "q:f32[1,1,40,256], k:f32[1,1,40,256], v:f32[1,1,40,256] -> y = Attention(q, k, v)"});
}

TEST(CudaAttention, Plain) {
  expectCompiles(
      "plain-attention",
      {"q:f64[2,3,4,8], k:f64[2,3,6,8], v:f64[2,3,6,5] -> y = Attention(q, k, v)",
       "q:f16[1,2,3,4], k:f16[1,2,3,4], v:f16[1,2,3,4], m:f16[3,5], p:f16[1,2,2,4], o:f16[1,2,2,4] -> y, pk, "
       "pv, s = Attention(q, k, v, m, p, o) {qk_matmul_output_mode=3}"});
}

}  // namespace
}  // namespace tenfold::testing_util
