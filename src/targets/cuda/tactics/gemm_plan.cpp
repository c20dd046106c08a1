#include "targets/cuda/tactics/gemm_plan.h"

#include <algorithm>

#include "base/error.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/scaling.h"
#include "targets/cuda/tactics/loop_axes.h"
#include "targets/cuda/tactics/product_shape.h"
#include "targets/cuda/tactics/strides.h"

namespace tenfold::cuda {
namespace {

constexpr std::string_view kAnchors[] = {"MatMul", "MatMulInteger", "Conv"};
constexpr int kBatchAxes = 4;

size_t indexOf(const TileEpilogue& epilogue, const Value* operand) {
  int index = epilogue.fused().inputIndex(operand);
  if (index < 0) fail(ErrorKind::kUnsupported, "an operand is no input of the region");
  return static_cast<size_t>(index);
}
size_t operandOf(const TileEpilogue& epilogue, size_t i) {
  return indexOf(epilogue, epilogue.anchor().inputs.at(i));
}

int zeroPointOf(const TileEpilogue& epilogue, size_t i) {
  return epilogue.anchor().hasInput(i) ? static_cast<int>(operandOf(epilogue, i)) : -1;
}

void requireProductType(DataType type) {
  bool small = isFloat(type) && typeBits(type) == 16;
  if (!hasRegisterType(type) || type == DataType::kBool || (typeBits(type) < 32 && !small))
    fail(ErrorKind::kUnsupported, "it does not multiply {}", typeName(type));
}

// The descs of a product of vectors become those of matrices: an axis of extent 1 is put where a vector has
// none.
TensorDesc withAxis(TensorDesc d, int fromBack) {
  int rank = d.shape.rank();
  if (d.dtype == DataType::kUndefined || rank < fromBack) return d;
  Shape s(d.shape.begin(), d.shape.end() - fromBack);
  s.push_back(1);
  for (int i = rank - fromBack; i < rank; ++i) s.push_back(d.shape[i]);
  d.shape = s;
  return d;
}

struct Matrices {
  std::vector<TensorDesc> inputs, outputs;
};

Matrices asMatrices(const GemmNode& node, Descs in, Descs out) {
  Matrices m{{in.begin(), in.end()}, {out.begin(), out.end()}};
  TensorDesc &a = m.inputs[node.left], &b = m.inputs[node.right];
  bool vectorA = a.shape.rank() == 1, vectorB = b.shape.rank() == 1;
  auto each = [&](int fromBack) {
    for (size_t i = 0; i < m.inputs.size(); ++i)
      if (i != node.left && i != node.right && m.inputs[i].shape.rank() > 0)
        m.inputs[i] = withAxis(m.inputs[i], fromBack);
    for (TensorDesc& d : m.outputs) d = withAxis(d, fromBack);
  };
  if (vectorB) {
    each(0);
    b = withAxis(b, 0);
  }
  if (vectorA) {
    each(1);
    a = withAxis(a, 1);
  }
  return m;
}

void requireLayout(const TensorDesc& d, Layout layout) {
  bool either =
      d.shape.rank() < 3 || (layout == Layout::kChannelsLast && d.shape.numel(2, d.shape.rank()) == 1);
  if (d.layout != layout && !either)
    fail(ErrorKind::kUnsupported, "{}",
         layout == Layout::kPlain ? "it knows plain layout only"
                                  : "a convolution is a product in channels-last layout only");
}

uint32_t accessOf(uint32_t ld, const uint32_t* batch, DataType type) {
  auto divides = [&](uint32_t bytes) {
    auto fits = [&](uint32_t elements) {
      return elements * static_cast<uint32_t>(typeBits(type) / 8) % bytes == 0;
    };
    return fits(ld) && std::all_of(batch, batch + kBatchAxes, fits);
  };
  return divides(16) ? 16 : divides(4) ? 4 : 0;
}

// The axes in front of the matrices. Where the right operand is the same for the innermost of them, they
// become rows.
void setBatches(GemmShape& g, const Shape& a, const Shape& b, bool mayJoin) {
  GemmParams& p = g.params;
  Shape out = broadcastShapes(a, b);
  auto strides = [&](const Shape& s, int64_t matrix) {
    Shape strides = broadcastStrides(s, out);
    for (int64_t& x : strides) x *= matrix;
    return strides;
  };
  std::vector<int> order(out.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
  LoopAxes axes(out, order, {strides(a, int64_t{p.m} * p.k), strides(b, int64_t{p.k} * p.n)});
  auto &extents = axes.extents, &strideA = axes.strides[0], &strideB = axes.strides[1];
  if (mayJoin && strideB.back() == 0 && (extents.back() == 1 || strideA.back() == int64_t{p.m} * p.k)) {
    p.m *= static_cast<uint32_t>(extents.back());
    extents.back() = 1;
  }
  while (!extents.empty() && extents.back() == 1) {
    extents.pop_back();
    strideA.pop_back();
    strideB.pop_back();
  }
  if (extents.size() > kBatchAxes)
    fail(ErrorKind::kUnsupported, "its broadcasts run along {} axes", extents.size());
  p.batchAxes = static_cast<uint32_t>(extents.size());
  for (size_t i = 0; i < extents.size(); ++i) {
    size_t at = extents.size() - 1 - i;
    p.batchExtent[i] = divisorOf(extents[at]);
    p.batchA[i] = static_cast<uint32_t>(strideA[at]);
    p.batchB[i] = static_cast<uint32_t>(strideB[at]);
    g.batch *= extents[at];
  }
}

// Rows of the operand, as they lie in memory, have a fixed number of elements that fills whole 16 bytes.
bool hasFixedRows(const GemmNode& node, size_t input) {
  const Value* v = node.epilogue.fused().inputs[input];
  if (!v->shape || v->shape->size() < 2) return false;
  const Dim& length = node.isConv ? (*v->shape)[1] : v->shape->back();
  return length.isConstant() && *length.tryConstant() % (128 / typeBits(v->dtype)) == 0;
}

uint32_t zeroStride(const TensorDesc& zero, uint32_t extent) {
  if (zero.shape.numel() == 1) return 0;
  if (zero.shape.numel() != extent) fail(ErrorKind::kUnsupported, "zero points that differ among batches");
  return 1;
}

}  // namespace

GemmNode::GemmNode(const Node& node) : epilogue(node, kAnchors) {
  const Node& product = epilogue.anchor();
  if (const Node* mul = scalingBefore(epilogue.fused())) {
    Scaling scaling = scalingOf(*mul);
    left = indexOf(epilogue, scaling.image);
    factors = static_cast<int>(indexOf(epilogue, scaling.factors));
  } else {
    left = operandOf(epilogue, 0);
  }
  right = operandOf(epilogue, 1);
  typeA = product.inputs[0]->dtype;
  typeB = product.inputs[1]->dtype;
  sum = product.outputs[0]->dtype;
  isConv = product.is("Conv");
  constantRight = node.inputs[right]->isConstant();
  transA = product.attrs.integer("transA", 0) != 0;
  transB = isConv || product.attrs.integer("transB", 0) != 0;
  if (product.is("MatMulInteger")) {
    zeroLeft = zeroPointOf(epilogue, 2);
    zeroRight = zeroPointOf(epilogue, 3);
    sum = DataType::kInt32;
  } else {
    requireProductType(typeA);
    if (typeA != typeB) fail(ErrorKind::kUnsupported, "its operands differ in type");
  }
}

bool GemmNode::fixedColumns() const {
  const Value* v = epilogue.fused().inputs[right];
  if (!v->shape) return false;
  size_t rank = v->shape->size();
  return rank < 2 || (*v->shape)[isConv ? 0 : transB ? rank - 2 : rank - 1].isConstant();
}

namespace {

// Scaled images are products of their own: all rows of one share the factors.
void setImages(GemmShape& g, const TensorDesc& x, const TensorDesc& factors) {
  GemmParams& p = g.params;
  int64_t images = x.shape[0], pixels = x.shape.numel(2, x.shape.rank());
  if (factors.shape.numel() != images * p.k)
    fail(ErrorKind::kUnsupported, "{} factors for {}", factors.shape.str(), x.shape.str());
  p.m = static_cast<uint32_t>(pixels);
  p.batchAxes = 1;
  p.batchExtent[0] = divisorOf(std::max<int64_t>(images, 1));
  p.batchA[0] = p.m * p.k;
  g.batch = images;
}

// A product but for its epilogue, and what that is asked about.
struct Product {
  GemmShape shape;
  Matrices descs;
  std::vector<int> order;
};

Product productOf(const GemmNode& node, Descs in, Descs out) {
  requireSmall(in);
  requireSmall(out);
  Product product;
  GemmShape& g = product.shape;
  GemmParams& p = g.params;
  auto small = [](int64_t x) { return static_cast<uint32_t>(x); };
  if (node.isConv) {
    const TensorDesc &x = in[node.left], &w = in[node.right];
    if (std::string why = refusesPointwiseConv(node.epilogue.anchor(), w.shape); !why.empty())
      fail(ErrorKind::kUnsupported, "{}", why);
    requireLayout(x, Layout::kChannelsLast);
    for (const TensorDesc& d : out) requireLayout(d, Layout::kChannelsLast);
    ProductShape s = pointwiseConvShape(x.shape, w.shape);
    p.m = small(s.m), p.n = small(s.n), p.k = small(s.k);
    p.lda = p.ldb = p.k;
    if (node.factors >= 0) setImages(g, x, in[static_cast<size_t>(node.factors)]);
    product.descs = {{in.begin(), in.end()}, {out.begin(), out.end()}};
    product.order = memoryOrder(x.shape.rank(), Layout::kChannelsLast);
  } else {
    product.descs = asMatrices(node, in, out);
    const Matrices& matrices = product.descs;
    const Shape &a = matrices.inputs[node.left].shape, &b = matrices.inputs[node.right].shape;
    for (const TensorDesc& d : {matrices.inputs[node.left], matrices.inputs[node.right], matrices.outputs[0]})
      requireLayout(d, Layout::kPlain);
    int ra = a.rank(), rb = b.rank();
    bool flipA = node.transA && in[node.left].shape.rank() > 1,
         flipB = node.transB && in[node.right].shape.rank() > 1;
    if (flipA != node.transA || flipB != node.transB)
      fail(ErrorKind::kUnsupported, "a vector that is to be transposed");
    p.m = small(a[flipA ? ra - 1 : ra - 2]);
    p.k = small(a[flipA ? ra - 2 : ra - 1]);
    p.n = small(b[flipB ? rb - 2 : rb - 1]);
    int64_t rows = b[flipB ? rb - 1 : rb - 2];
    if (rows != p.k)
      fail("operands {} and {} do not fit: {} columns against {} rows", a.str(), b.str(), p.k, rows);
    p.lda = flipA ? p.m : p.k;
    p.ldb = flipB ? p.k : p.n;
    if (node.zeroLeft >= 0) p.zeroStrideA = zeroStride(in[static_cast<size_t>(node.zeroLeft)], p.m);
    if (node.zeroRight >= 0) p.zeroStrideB = zeroStride(in[static_cast<size_t>(node.zeroRight)], p.n);
    setBatches(g, Shape(a.begin(), a.end() - 2), Shape(b.begin(), b.end() - 2), !flipA && !p.zeroStrideA);
    product.order = memoryOrder(matrices.outputs[0].shape.rank(), Layout::kPlain);
  }
  g.accessA = accessOf(p.lda, p.batchA, node.typeA);
  g.accessB = accessOf(p.ldb, p.batchB, node.typeB);
  g.movesOperands = p.batchAxes <= 1 && hasFixedRows(node, node.left) && hasFixedRows(node, node.right) &&
                    g.accessA == 16 && g.accessB == 16;
  return product;
}

}  // namespace

GemmShape gemmShape(const GemmNode& node, Descs in, Descs out) {
  Product product = productOf(node, in, out);
  product.shape.epilogue = node.epilogue.params(product.descs.inputs, product.descs.outputs, product.order);
  return std::move(product.shape);
}

GemmMoves gemmMoves(const GemmNode& node, Descs in, Descs out) {
  GemmMoves moves;
  // Where this throws, what is asked for is not there.
  reasonOf([&] {
    GemmShape shape = productOf(node, in, out).shape;
    moves.operands = shape.movesOperands;
    moves.isSingle = shape.params.batchAxes == 0;
    moves.results = moves.operands && gemmShape(node, in, out).epilogue.isMatrix();
  });
  return moves;
}

}  // namespace tenfold::cuda
