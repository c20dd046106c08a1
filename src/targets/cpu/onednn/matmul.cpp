#include "targets/cpu/onednn/matmul.h"

#include "base/error.h"
#include "targets/cpu/onednn/contraction.h"

namespace tenfold::cpu {
namespace {

using dnnl::memory;

// A matrix operand: dims and strides with the transposition applied and a vector made a matrix.
struct Matrix {
  memory::dims dims, strides;
};
Matrix matrixOf(const TensorDesc& d, bool transposed, bool isLeft) {
  Matrix m{dnnlDims(d.shape), dnnlDims(contiguousStrides(d.shape))};
  if (m.dims.size() == 1) {
    auto at = isLeft ? 0 : 1;
    m.dims.insert(m.dims.begin() + at, 1);
    m.strides.insert(m.strides.begin() + at, isLeft ? m.dims[1] : 1);
  } else if (transposed) {
    std::swap(m.dims[m.dims.size() - 1], m.dims[m.dims.size() - 2]);
    std::swap(m.strides[m.dims.size() - 1], m.strides[m.dims.size() - 2]);
  }
  return m;
}

// Leading dimensions of extent 1 bring both operands to one rank.
void raiseRank(Matrix& m, size_t rank) {
  while (m.dims.size() < rank) {
    m.strides.insert(m.strides.begin(), m.strides[0] * m.dims[0]);
    m.dims.insert(m.dims.begin(), 1);
  }
}

memory::dims rowMajor(const memory::dims& dims) {
  memory::dims strides(dims.size());
  int64_t stride = 1;
  for (size_t i = dims.size(); i-- > 0; stride *= std::max<int64_t>(dims[i], 1)) strides[i] = stride;
  return strides;
}

// [batch..., M, K] by [K, N] is one product of batch * M rows.
bool foldBatch(Matrix& a, const Matrix& b, memory::dims& out) {
  if (b.dims.size() != 2 || a.dims.size() <= 2 || a.strides != rowMajor(a.dims)) return false;
  int64_t rows = 1, k = a.dims.back();
  for (size_t i = 0; i + 1 < a.dims.size(); ++i) rows *= a.dims[i];
  a = {{rows, k}, {k, 1}};
  out = {rows, b.dims[1]};
  return true;
}

// Batch axes in which neither operand broadcasts become one, which primitives like better.
void mergeBatch(Matrix& a, Matrix& b, memory::dims& out) {
  size_t rank = a.dims.size();
  if (rank <= 3) return;
  int64_t batch = 1;
  for (size_t i = 0; i + 2 < rank; ++i) {
    if (a.dims[i] != b.dims[i]) return;
    batch *= a.dims[i];
  }
  for (Matrix* m : {&a, &b}) {
    int64_t stride = m->strides[rank - 3];
    m->dims = {batch, m->dims[rank - 2], m->dims[rank - 1]};
    m->strides = {stride, m->strides[rank - 2], m->strides[rank - 1]};
  }
  out = {batch, out[rank - 2], out[rank - 1]};
}

// An operand of a post-op under the result's dimensions `out`, which fold or merge those of `shape`.
memory::desc operandOf(const TensorDesc& d, const Shape& shape, const memory::dims& out, bool vectorLeft,
                       bool vectorRight) {
  if (d.layout != Layout::kPlain) return {};
  memory::dims own = dnnlDims(d.shape);
  memory::dims whole = dnnlDims(shape);
  while (own.size() < whole.size()) own.insert(own.begin(), 1);
  if (own.size() > whole.size()) return {};
  for (size_t i = 0; i < own.size(); ++i)
    if (own[i] != 1 && own[i] != whole[i]) return {};
  memory::dims dims(out.size(), 1);
  if (own == whole) {
    dims = out;
  } else if (vectorLeft || vectorRight) {
    if (d.shape.numel() != 1) return {};
  } else if (out.size() == own.size()) {
    dims = own;
  } else {
    if (d.shape.numel() != own.back()) return {};
    dims.back() = own.back();
  }
  return {dims, dnnlType(d.dtype), rowMajor(dims)};
}

Contraction describeMatmul(const FusedNode& fused, std::span<const TensorDesc> inputs,
                           std::span<const TensorDesc> outputs) {
  const Node& node = *fused.anchor;
  int ai = fused.inputIndex(node.inputs[0]), bi = fused.inputIndex(node.inputs[1]);
  if (ai < 0 || bi < 0) fail(ErrorKind::kUnsupported, "an operand lies inside the region");
  Contraction op;
  op.srcInput = static_cast<size_t>(ai);
  op.weightsInput = static_cast<size_t>(bi);
  const TensorDesc &da = inputs[op.srcInput], &db = inputs[op.weightsInput];
  for (const auto* descs : {&inputs, &outputs})
    for (const TensorDesc& d : *descs)
      if (d.layout != Layout::kPlain) fail(ErrorKind::kUnsupported, "works on plain layout only");
  if (da.shape.numel() == 0 || db.shape.numel() == 0) fail(ErrorKind::kUnsupported, "an operand is empty");
  DataType type = node.outputs[0]->dtype;
  if (node.is("MatMulInteger"))
    addZeroPoint(op, fused, inputs);
  else if (!isFloat(type))
    fail(ErrorKind::kUnsupported, "products of {} wrap around", typeName(type));
  Matrix a = matrixOf(da, node.attrs.integer("transA", 0), true),
         b = matrixOf(db, node.attrs.integer("transB", 0), false);
  memory::dims out;
  if (!foldBatch(a, b, out)) {
    size_t rank = std::max(a.dims.size(), b.dims.size());
    raiseRank(a, rank);
    raiseRank(b, rank);
    for (size_t i = 0; i + 2 < rank; ++i) out.push_back(std::max(a.dims[i], b.dims[i]));
    out.push_back(a.dims[rank - 2]);
    out.push_back(b.dims[rank - 1]);
    mergeBatch(a, b, out);
  }
  op.src = memory::desc(a.dims, dnnlType(da.dtype), a.strides);
  op.weights = memory::desc(b.dims, dnnlType(db.dtype), b.strides);
  op.dst = memory::desc(out, dnnlType(type), rowMajor(out));
  op.multiplications = static_cast<double>(outputs[0].shape.numel() * a.dims.back());
  bool left = da.shape.rank() == 1, right = db.shape.rank() == 1;
  op.operand = [=, shape = outputs[0].shape](const TensorDesc& d) {
    return operandOf(d, shape, out, left, right);
  };
  op.asBias = [=](const TensorDesc& d) -> std::optional<memory::desc> {
    if (right || d.shape.rank() == 0 || d.shape.back() != out.back() || d.shape.numel() != out.back())
      return std::nullopt;
    memory::dims dims(out.size(), 1);
    dims.back() = out.back();
    return memory::desc(dims, dnnlType(d.dtype), rowMajor(dims));
  };
  op.make = [](const Contraction& c, const memory::desc& weights,
               const dnnl::primitive_attr& attr) -> dnnl::primitive_desc {
    if (c.bias) return dnnl::matmul::primitive_desc(dnnlEngine(), c.src, weights, *c.bias, c.dst, attr);
    return dnnl::matmul::primitive_desc(dnnlEngine(), c.src, weights, c.dst, attr);
  };
  return op;
}

}  // namespace

const Tactic& matmulTactic() {
  static const ContractionTactic tactic("onednn_matmul", {"MatMul", "MatMulInteger"}, describeMatmul);
  return tactic;
}

}  // namespace tenfold::cpu
