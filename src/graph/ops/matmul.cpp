// Matrix products with broadcast batch dimensions.
#include <algorithm>

#include "base/rounding.h"
#include "graph/ops/elements.h"
#include "graph/ops/eval.h"
#include "graph/ops/gemm.h"
#include "graph/ops/infer.h"
#include "graph/ops/parallel.h"

using namespace tenfold;

namespace {

void inferProduct(InferContext& ctx, DataType type) {
  ctx.setType(0, type);
  SymShape a = ctx.shape(0), b = ctx.shape(1);
  ctx.require(!a.empty() && !b.empty(), "shapes {} and {}: scalars cannot be multiplied as matrices", str(a),
              str(b));
  bool vectorA = a.size() == 1, vectorB = b.size() == 1;
  if (vectorA)
    a.insert(a.begin(), Dim(1));
  else if (ctx.attrs().integer("transA", 0))
    std::swap(a[a.size() - 1], a[a.size() - 2]);
  if (vectorB)
    b.push_back(Dim(1));
  else if (ctx.attrs().integer("transB", 0))
    std::swap(b[b.size() - 1], b[b.size() - 2]);
  const Dim &ka = a.back(), &kb = b[b.size() - 2];
  ctx.require(!ka.isConstant() || !kb.isConstant() || ka == kb,
              "shapes {} and {} do not fit: {} columns against {} rows", str(ctx.shape(0)), str(ctx.shape(1)),
              ka.str(), kb.str());
  SymShape out = broadcastShapes(SymShape(a.begin(), a.end() - 2), SymShape(b.begin(), b.end() - 2));
  if (!vectorA) out.push_back(a[a.size() - 2]);
  if (!vectorB) out.push_back(b.back());
  ctx.setShape(0, out);
}

void inferMatMul(InferContext& ctx) {
  ctx.require(ctx.type(0) == ctx.type(1), "the inputs are {} and {}; one type is expected",
              typeName(ctx.type(0)), typeName(ctx.type(1)));
  inferProduct(ctx, ctx.type(0));
}

void inferMatMulInteger(InferContext& ctx) { inferProduct(ctx, DataType::kInt32); }

// A stack of matrices as it lies in memory.
struct Operand {
  const Tensor* data;
  Shape batch;
  int64_t rows, columns;  // after the transposition
  bool transposed, isLeft;
  const Tensor* zero = nullptr;  // to subtract: a scalar, or one for each row (on the left) or column
};

// Matrices from input 0 (on the left) or 1.
Operand operand(EvalContext& ctx, bool isLeft) {
  const Tensor& t = ctx.input(isLeft ? 0 : 1);
  Shape s = t.shape();
  int r = s.rank();
  if (r == 1) return {&t, Shape{}, isLeft ? 1 : s[0], isLeft ? s[0] : 1, false, isLeft};
  bool transposed = ctx.attrs().integer(isLeft ? "transA" : "transB", 0) != 0;
  int64_t rows = s[r - 2], columns = s[r - 1];
  if (transposed) std::swap(rows, columns);
  return {&t, Shape(s.begin(), s.end() - 2), rows, columns, transposed, isLeft};
}

// The same with a zero point from input `zero`, where there is one.
Operand quantizedOperand(EvalContext& ctx, bool isLeft, size_t zero) {
  Operand o = operand(ctx, isLeft);
  if (!ctx.has(zero)) return o;
  o.zero = &ctx.input(zero);
  int64_t extent = isLeft ? o.rows : o.columns, count = o.zero->numel();
  ctx.require(count == 1 || count == extent || count == extent * o.batch.numel(),
              "zero points of shape {} do not fit {} {}", o.zero->shape().str(), extent,
              isLeft ? "rows" : "columns");
  return o;
}

// Copies rows [row, row + m), columns [column, column + n) of matrix number `index` into out[m,n].
template <typename C>
void pack(const Operand& o, int64_t index, int64_t row, int64_t m, int64_t column, int64_t n, C* out) {
  int64_t base = index * o.rows * o.columns;
  std::vector<C> line(static_cast<size_t>(o.transposed ? m : 0));
  for (int64_t i = 0; i < m && !o.transposed; ++i)
    readElements(*o.data, base + (row + i) * o.columns + column, n, out + i * n);
  for (int64_t j = 0; j < n && o.transposed; ++j) {
    readElements(*o.data, base + (column + j) * o.rows + row, m, line.data());
    for (int64_t i = 0; i < m; ++i) out[i * n + j] = line[static_cast<size_t>(i)];
  }
  if (!o.zero) return;
  int64_t first = o.isLeft ? index * o.rows + row : index * o.columns + column;
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < n; ++j)
      out[i * n + j] -= static_cast<C>(o.zero->getInt((first + (o.isLeft ? i : j)) % o.zero->numel()));
}

// Where the batch element numbered `index` of `target` lies in a tensor with these broadcast strides.
int64_t batchIndex(int64_t index, const Shape& target, const Shape& strides) {
  int64_t at = 0;
  for (int axis = target.rank() - 1; axis >= 0; --axis) {
    at += index % target[axis] * strides[axis];
    index /= target[axis];
  }
  return at;
}

template <typename C>
void multiply(EvalContext& ctx, DataType type, const Operand& a, const Operand& b) {
  ctx.require(a.columns == b.rows, "shapes {} and {} do not fit", ctx.input(0).shape().str(),
              ctx.input(1).shape().str());
  Shape batch = broadcastShapes(a.batch, b.batch), out = batch;
  if (ctx.input(0).rank() > 1) out.push_back(a.rows);
  if (ctx.input(1).rank() > 1) out.push_back(b.columns);
  Tensor& y = ctx.output(0, type, out);
  if (y.numel() == 0) return;
  Shape aStrides = broadcastStrides(a.batch, batch), bStrides = broadcastStrides(b.batch, batch);
  constexpr int64_t kBlock = 64;
  int64_t k = a.columns, rowBlocks = ceilDiv(a.rows, kBlock), columnBlocks = ceilDiv(b.columns, kBlock);
  int64_t items = batch.numel() * rowBlocks * columnBlocks;
  inParts(items, y.numel() * k > 65536, [&](int64_t begin, int64_t end) {
    std::vector<C> aBlock(static_cast<size_t>(kBlock * k)), bBlock(aBlock.size()), cBlock(kBlock * kBlock);
    for (int64_t item = begin; item < end; ++item) {
      int64_t index = item / (rowBlocks * columnBlocks);
      int64_t row = item / columnBlocks % rowBlocks * kBlock, column = item % columnBlocks * kBlock;
      int64_t m = std::min(kBlock, a.rows - row), n = std::min(kBlock, b.columns - column);
      pack(a, batchIndex(index, batch, aStrides), row, m, 0, k, aBlock.data());
      pack(b, batchIndex(index, batch, bStrides), 0, k, column, n, bBlock.data());
      multiplyBlock(m, n, k, aBlock.data(), k, bBlock.data(), n, cBlock.data(), n);
      for (int64_t i = 0; i < m; ++i)
        writeElements(y, (index * a.rows + row + i) * b.columns + column, n, cBlock.data() + i * n);
    }
  });
}

void evalMatMul(EvalContext& ctx) {
  DataType type = ctx.input(0).dtype();
  if (isFloat(type))
    multiply<double>(ctx, type, operand(ctx, true), operand(ctx, false));
  else
    multiply<uint64_t>(ctx, type, operand(ctx, true), operand(ctx, false));
}

void evalMatMulInteger(EvalContext& ctx) {
  multiply<uint64_t>(ctx, DataType::kInt32, quantizedOperand(ctx, true, 2), quantizedOperand(ctx, false, 3));
}

const AttrSpec kTransA{"transA", AttrKind::kInt, "1: swap the last two axes of the first input; default 0"};
const AttrSpec kTransB{"transB", AttrKind::kInt, "1: swap the last two axes of the second input; default 0"};

}  // namespace

DEFINE_OP(MatMul) {
  return {.name = "MatMul",
          .doc =
              "The matrix product over the last two axes; leading axes are broadcast, vectors are rows on "
              "the left "
              "and columns on the right.",
          .minInputs = 2,
          .maxInputs = 2,
          .attrs = {kTransA, kTransB},
          .infer = inferMatMul,
          .eval = evalMatMul,
          .cases = {{"a:f32[5,7], b:f32[7,9] -> y = MatMul(a, b)"},
                    {"a:f32[2,1,5,7], b:f32[3,9,7] -> y = MatMul(a, b) {transB=1}"},
                    {"a:f32[70,66], b:f32[70,130] -> y = MatMul(a, b) {transA=1}"},
                    {"a:f32[7], b:f32[2,7,3] -> y = MatMul(a, b)"},
                    {"a:f32[2,3,7], b:f32[7] -> y = MatMul(a, b)"},
                    {"a:i32[4,3], b:i32[3,2] -> y = MatMul(a, b)"},
                    {"a:f16[4,8], b:f16[8,4] -> y = MatMul(a, b)", 5e-3},
                    {"a:f32[4,0], b:f32[0,3] -> y = MatMul(a, b)"}}};
}

DEFINE_OP(MatMulInteger) {
  return {.name = "MatMulInteger",
          .doc = "The product of 8-bit integer matrices less their zero points, in i32.",
          .minInputs = 2,
          .maxInputs = 4,
          .attrs = {kTransA, kTransB},
          .infer = inferMatMulInteger,
          .eval = evalMatMulInteger,
          .cases = {{"a:u8[4,3], b:u8[3,2], za:u8[], zb:u8[2] -> y = MatMulInteger(a, b, za, zb)"},
                    {"a:i8[2,4,3], b:i8[3,5] -> y = MatMulInteger(a, b)"}}};
}
