#include "targets/cuda/tactics/product_shape.h"

#include <algorithm>

#include "base/error.h"

namespace tenfold::cuda {
namespace {

// Splits the batch axes into the innermost that one stride per operand describes, and the rest.
void describeBatches(ProductShape& p, const Shape& a, const Shape& b) {
  Shape out = broadcastShapes(a, b);
  Shape strideA = broadcastStrides(a, out), strideB = broadcastStrides(b, out);
  int64_t matrixA = p.m * p.k, matrixB = p.k * p.n, matrixD = p.m * p.n;
  int axis = out.rank() - 1;
  for (; axis >= 0; --axis) {
    if (out[axis] == 1) continue;
    int64_t sa = strideA[axis] * matrixA, sb = strideB[axis] * matrixB;
    if (p.batch == 1) {
      p.strideA = sa;
      p.strideB = sb;
    } else if (sa != p.batch * p.strideA || sb != p.batch * p.strideB) {
      break;
    }
    p.batch *= out[axis];
  }
  int64_t outerCount = out.numel(0, axis + 1);
  p.outer.assign(static_cast<size_t>(outerCount), {});
  for (int64_t i = 0; i < outerCount; ++i) {
    auto& offsets = p.outer[static_cast<size_t>(i)];
    int64_t rest = i;
    for (int d = axis; d >= 0; rest /= out[d], --d) {
      offsets.a += rest % out[d] * strideA[d] * matrixA;
      offsets.b += rest % out[d] * strideB[d] * matrixB;
    }
    offsets.d = i * p.batch * matrixD;
  }
}

}  // namespace

ProductShape matmulShape(const Node& matmul, const Shape& a, const Shape& b) {
  if (a.rank() < 2 || b.rank() < 2)
    fail(ErrorKind::kUnsupported, "operands {} and {} are not both matrices", a.str(), b.str());
  ProductShape p;
  p.transA = matmul.attrs.integer("transA", 0) != 0;
  p.transB = matmul.attrs.integer("transB", 0) != 0;
  int ra = a.rank(), rb = b.rank();
  p.m = a[p.transA ? ra - 1 : ra - 2];
  p.k = a[p.transA ? ra - 2 : ra - 1];
  p.n = b[p.transB ? rb - 2 : rb - 1];
  int64_t k = b[p.transB ? rb - 1 : rb - 2];
  if (k != p.k) fail("operands {} and {} do not fit: {} columns against {} rows", a.str(), b.str(), p.k, k);
  describeBatches(p, Shape(a.begin(), a.end() - 2), Shape(b.begin(), b.end() - 2));
  if (p.batch > 1 && !p.transA && p.strideB == 0 && p.strideA == p.m * p.k) {
    p.m *= p.batch;
    p.batch = 1;
    p.strideA = 0;
  }
  return p;
}

ProductShape pointwiseConvShape(const Shape& x, const Shape& w) {
  ProductShape p;
  p.k = w[1];
  p.n = w[0];
  p.m = x[0] * x.numel(2, x.rank());
  p.transB = true;
  return p;
}

std::string refusesPointwiseConv(const Node& conv, const Shape& weights) {
  auto all = [](const std::vector<int64_t>& values, int64_t wanted) {
    return std::all_of(values.begin(), values.end(), [=](int64_t v) { return v == wanted; });
  };
  if (weights.rank() < 3 || weights.numel(2, weights.rank()) != 1) return "its kernel is larger than 1x1";
  if (conv.attrs.integer("group", 1) != 1) return "it has groups";
  // Whatever auto_pad says, a kernel of one element without strides pads nothing.
  if (!all(conv.attrs.integers("strides"), 1)) return "it has strides";
  if (!all(conv.attrs.integers("pads"), 0)) return "it pads";
  return "";
}

}  // namespace tenfold::cuda
