#include <algorithm>
#include <cmath>

#include "graph/ops/elements.h"
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"

using namespace tenfold;

namespace {

void inferDet(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  SymShape shape = ctx.shape(0);
  ctx.require(shape.size() >= 2, "the input has shape {}; matrices are expected", str(shape));
  const Dim &rows = shape[shape.size() - 2], &columns = shape.back();
  ctx.require(rows == columns || !rows.isConstant() || !columns.isConstant(),
              "matrices of {} by {} are not square", rows.str(), columns.str());
  shape.resize(shape.size() - 2);
  ctx.setShape(0, shape);
}

// Elimination with the largest pivot; destroys the matrix.
double determinant(double* a, int64_t n) {
  double product = 1;
  for (int64_t column = 0; column < n; ++column) {
    int64_t pivot = column;
    for (int64_t row = column + 1; row < n; ++row)
      if (std::fabs(a[row * n + column]) > std::fabs(a[pivot * n + column])) pivot = row;
    if (a[pivot * n + column] == 0) return 0;
    if (pivot != column) {
      std::swap_ranges(a + pivot * n, a + pivot * n + n, a + column * n);
      product = -product;
    }
    product *= a[column * n + column];
    for (int64_t row = column + 1; row < n; ++row) {
      double factor = a[row * n + column] / a[column * n + column];
      for (int64_t k = column; k < n; ++k) a[row * n + k] -= factor * a[column * n + k];
    }
  }
  return product;
}

void evalDet(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  int64_t n = x.shape().back();
  ctx.require(x.shape()[x.rank() - 2] == n, "matrices in {} are not square", x.shape().str());
  std::vector<double> v = allElements<double>(x), out;
  Shape shape(x.shape().begin(), x.shape().end() - 2);
  for (int64_t i = 0; i < shape.numel(); ++i) out.push_back(determinant(v.data() + i * n * n, n));
  writeElements(ctx.output(0, x.dtype(), shape), 0, shape.numel(), out.data());
}

}  // namespace

DEFINE_OP(Det) {
  return {.name = "Det",
          .doc = "The determinants of square matrices in the last two axes.",
          .minInputs = 1,
          .maxInputs = 1,
          .infer = inferDet,
          .eval = evalDet,
          .cases = {{"x:f32[3,3] -> y = Det(x)", 1e-4}, {"x:f32[2,2,4,4] -> y = Det(x)", 1e-4}}};
}
