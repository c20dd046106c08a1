#include "targets/tactic_harness.h"

namespace tenfold {
namespace {

void expectRuns(const std::string& text, double tolerance = 3e-6) {
  EXPECT_GT(testing_util::checkText(text, tolerance)["attention"], 0) << text;
}

TEST(CpuAttention, Shapes) {
  for (const char* text :
       {"q:f32[2,3,40,64], k:f32[2,3,50,64], v:f32[2,3,50,64] -> y = Attention(q, k, v)",
        "q:f32[1,2,5,20], k:f32[1,2,7,20], v:f32[1,2,7,13] -> y = Attention(q, k, v) {scale=0.3}",
        "q:f32[2,1,96], k:f32[2,9,48], v:f32[2,9,48] -> y = Attention(q, k, v) {q_num_heads=4, "
        "kv_num_heads=2}",
        "q:f32[2,70,96], k:f32[2,70,48], v:f32[2,70,48] -> y = Attention(q, k, v) {q_num_heads=4, "
        "kv_num_heads=2, is_causal=1}",
        "q:f32[1,2,30,16], k:f32[1,2,30,16], v:f32[1,2,30,16] -> y = Attention(q, k, v) {left_window_size=3, "
        "right_window_size=5}"})
    expectRuns(text);
}

TEST(CpuAttention, MasksAndCaches) {
  for (const char* text :
       {"q:f32[2,3,9,16], k:f32[2,3,20,16], v:f32[2,3,20,16], m:f32[2,1,1,20] -> y = Attention(q, k, v, m)",
        "q:f32[2,3,9,16], k:f32[2,3,20,16], v:f32[2,3,20,16], m:bool[9,20] -> y = Attention(q, k, v, m)",
        "q:f32[1,1,3,4], k:f32[1,1,4,4], v:f32[1,1,4,4], m:bool[3,4] {0,0,0,0,1,0,0,0,1,1,0,1} -> y = "
        "Attention(q, k, v, m)",
        "q:f32[1,2,1,8], k:f32[1,2,1,8], v:f32[1,2,1,8], m:f32[1,6], p:f32[1,2,5,8], o:f32[1,2,5,8] -> y, "
        "pk, pv = Attention(q, k, v, m, p, o)",
        "q:f32[1,2,6,8], k:f32[1,2,6,8], v:f32[1,2,6,8], p:f32[1,2,5,8], o:f32[1,2,5,8] -> y = Attention(q, "
        "k, v, _, p, o) {is_causal=1}",
        "q:f32[1,2,6,8], k:f32[1,2,6,8], v:f32[1,2,6,8] -> y, pk, pv = Attention(q, k, v) {softcap=2.0}"})
    expectRuns(text);
}

// The first query sees no key: zeros by ONNX's definition, NaN where a softmax of its own is meant.
TEST(CpuAttention, EmptyRows) {
  for (const char* text :
       {"q:f32[1,1,2,4], k:f32[1,1,3,4], v:f32[1,1,3,4], m:f32[2,3] {-inf,-inf,-inf,0,-inf,1} -> y = "
        "Attention(q, k, v, m)",
        "q:f32[1,1,2,4], k:f32[1,1,3,4], v:f32[1,1,3,4], m:f32[2,3] {-inf,-inf,-inf,0,-inf,1} -> y = "
        "Attention(q, k, v, m) {nan_without_keys=1}",
        "q:f32[1,2,5,4], k:f32[1,2,2,4], v:f32[1,2,2,4], m:bool[5,2] {0,0,1,0,0,1,1,1,1,0} -> y = "
        "Attention(q, k, v, m) {nan_without_keys=1}",
        "q:f32[1,2,5,4], k:f32[1,2,2,4], v:f32[1,2,2,4] -> y = Attention(q, k, v) {left_window_size=0, "
        "right_window_size=0, nan_without_keys=1}"})
    expectRuns(text);
}

}  // namespace
}  // namespace tenfold
