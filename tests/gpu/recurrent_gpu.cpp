// LSTM, GRU and RNN on the GPU: every option, one block and many, weights that fit into shared memory and
// not.
#include "targets/tactic_harness.h"

namespace tenfold {
namespace {

struct RecurrentCase {
  const char* text;
  double tolerance = 1e-5;
};
void PrintTo(const RecurrentCase& c, std::ostream* out) { *out << c.text; }

class CudaRecurrent : public testing::TestWithParam<RecurrentCase> {};

TEST_P(CudaRecurrent, AgreesWithTheReference) {
  EXPECT_GT(testing_util::checkText(GetParam().text, GetParam().tolerance, "cuda")["recurrent"], 0);
}

constexpr RecurrentCase kCases[] = {
    {"x:f32[7,3,20], w:f32[1,132,20], r:f32[1,132,33], b:f32[1,264] -> y, h, c = LSTM(x, w, r, b)"},
    {"x:f32[9,5,20], w:f32[2,132,20], r:f32[2,132,33], b:f32[2,264], l:i32[5] {9,0,4,1,7}, h:f32[2,5,33], "
     "c:f32[2,5,33], p:f32[2,99] -> y, yh, yc = LSTM(x, w, r, b, l, h, c, p) {direction=\"bidirectional\", "
     "clip=1.5}"},
    {"x:f32[3,4,5], w:f32[1,16,5], r:f32[1,16,4], l:i32[3] {4,2,3} -> y, h = LSTM(x, w, r, _, l) "
     "{direction=\"reverse\", layout=1, input_forget=1}"},
    {"x:f32[6,3,8], w:f32[1,800,8] random(1,-0.2,0.2), r:f32[1,800,200] random(2,-0.1,0.1), b:f32[1,1600] -> "
     "y, "
     "h, c = LSTM(x, w, r, b)"},
    {"x:f16[6,3,8], w:f16[1,2400,8] random(1,-0.2,0.2), r:f16[1,2400,600] random(2,-0.05,0.05), "
     "b:f16[1,4800] -> "
     "y, h, c = LSTM(x, w, r, b)",
     4e-3},
    {"x:f32[4,1,8], w:f32[2,6144,8] random(1,-0.2,0.2), r:f32[2,6144,1536] random(2,-0.03,0.03) -> y, h, c = "
     "LSTM(x, w, r) {direction=\"bidirectional\"}"},
    {"x:f32[5,2,3], w:f32[1,12,3], r:f32[1,12,4], b:f32[1,24] -> y, h = GRU(x, w, r, b)"},
    {"x:f32[8,6,10], w:f32[2,51,10], r:f32[2,51,17], b:f32[2,102], l:i32[6] {8,3,0,5,8,1}, h:f32[2,6,17] -> "
     "y, "
     "yh = GRU(x, w, r, b, l, h) {direction=\"bidirectional\", linear_before_reset=1}"},
    {"x:f32[5,9,8], w:f32[1,600,8] random(1,-0.2,0.2), r:f32[1,600,200] random(2,-0.1,0.1), b:f32[1,1200] -> "
     "y, "
     "h = GRU(x, w, r, b)"},
    {"x:f16[5,9,8], w:f16[2,600,8] random(1,-0.2,0.2), r:f16[2,600,200] random(2,-0.1,0.1), b:f16[2,1200] -> "
     "y, "
     "h = GRU(x, w, r, b) {direction=\"bidirectional\", linear_before_reset=1}",
     4e-3},
    {"x:f32[2,5,3], w:f32[2,2,3], r:f32[2,2,2] -> y, h = RNN(x, w, r) {direction=\"bidirectional\", "
     "layout=1, "
     "activations=[\"Relu\", \"ScaledTanh\"], activation_alpha=[0.7], activation_beta=[1.3]}"},
    {"x:f64[3,2,4], w:f64[1,5,4], r:f64[1,5,5], b:f64[1,10] -> y, h = RNN(x, w, r, b) "
     "{activations=[\"LeakyRelu\"], activation_alpha=[0.2]}"},
    {"x:f32[3,40,16], w:f32[1,300,16] random(1,-0.2,0.2), r:f32[1,300,300] random(2,-0.1,0.1) -> y, h = "
     "RNN(x, "
     "w, r)"},
    {"x:f32[0,2,3], w:f32[1,16,3], r:f32[1,16,4], h:f32[1,2,4], c:f32[1,2,4] -> y, yh, yc = LSTM(x, w, r, _, "
     "_, "
     "h, c)"},
};

INSTANTIATE_TEST_SUITE_P(Cuda, CudaRecurrent, testing::ValuesIn(kCases));

}  // namespace
}  // namespace tenfold
