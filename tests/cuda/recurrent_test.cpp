// Recurrent networks compile, with every kind of cell and in every precision.
#include "cuda/kernel_sweep.h"

namespace tenfold {
namespace {

// Two directions of functions of their own.
constexpr const char* kBidirectional =
    "x:f16[5,1,3], w:f16[2,16,3], r:f16[2,16,4] -> y = LSTM(x, w, r) {direction=\"bidirectional\", "
    "input_forget=1, activations=[\"HardSigmoid\", \"Affine\", \"Elu\", \"Softsign\", \"Softplus\", "
    "\"ThresholdedRelu\"]}";

TEST(CudaRecurrent, Compiles) {
  testing_util::expectCompiles(
      "recurrent",
      {"x:f32[5,2,3], w:f32[1,16,3], r:f32[1,16,4], b:f32[1,32] -> y, h, c = LSTM(x, w, r, b)",
       kBidirectional, "x:bf16[5,2,3], w:bf16[1,12,3], r:bf16[1,12,4] -> y, h = GRU(x, w, r)",
       "x:f32[5,2,3], w:f32[1,12,3], r:f32[1,12,4] -> y, h = GRU(x, w, r) {linear_before_reset=1}",
       "x:f64[5,2,3], w:f64[1,4,3], r:f64[1,4,4] -> y, h = RNN(x, w, r) {activations=[\"ScaledTanh\"]}"});
}

}  // namespace
}  // namespace tenfold
