#include "targets/cuda/codegen/tile_epilogue.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "graph/ops/op_def.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/scaling.h"
#include "targets/cuda/tactics/fast_divisor.h"
#include "targets/cuda/tactics/loop_axes.h"
#include "targets/strides.h"

namespace tenfold::cuda {
namespace {

constexpr int kRowAxes = 4, kVector = 8;  // of the kernels
constexpr uintptr_t kWidestAccess = 16;

// The one node before the anchor, where it computes the first operand and only the anchor reads that.
const Node* onlyOneBefore(const FusedNode& fused) {
  if (fused.before.size() != 1 || !fused.anchor) return nullptr;
  const Node* node = fused.before[0];
  const Value* to = node->outputs[0];
  bool found =
      to == fused.anchor->inputs[0] && !FusedNode::reads(fused.after, to) && fused.outputIndex(to) < 0;
  return found ? node : nullptr;
}

}  // namespace

const Node* conversionBefore(const FusedNode& fused) {
  const Node* node = onlyOneBefore(fused);
  return node && node->is("Cast") ? node : nullptr;
}

const Node* scalingBefore(const FusedNode& fused) {
  const Node* node = onlyOneBefore(fused);
  return node && scalingOf(*node).image ? node : nullptr;
}

const Node* poolBehind(const FusedNode& fused) {
  if (fused.after.empty() || !fused.after.back()->is("MaxPool") || fused.outputs.size() != 1) return nullptr;
  const Node* pool = fused.after.back();
  return pool->outputs[0] == fused.outputs[0] ? pool : nullptr;
}

TileEpilogue::TileEpilogue(const Node& node, std::span<const std::string_view> anchors)
    : fused_(node, anchors) {
  if (!fused_.anchor) fail(ErrorKind::kUnsupported, "there is not exactly one product");
  if (!fused_.before.empty() && !conversionBefore(fused_) && !scalingBefore(fused_))
    fail(ErrorKind::kUnsupported, "an operand is computed in the region");
  const Node& product = *fused_.anchor;
  if (!product.is("MatMul") && !product.is("MatMulInteger") && product.hasInput(2)) {
    bias_ = fused_.inputIndex(product.inputs[2]);
    if (bias_ < 0) fail(ErrorKind::kUnsupported, "the bias is computed in the region");
  }
  if (!fused_.after.empty() && fused_.after.back()->is("Split")) {
    split_ = fused_.after.back();
    fused_.after.pop_back();
    if (split_->hasInput(1)) fail(ErrorKind::kUnsupported, "the product is split into uneven parts");
  }
  pool_ = poolBehind(fused_);
  if (pool_) fused_.after.pop_back();
  for (const Node* n : fused_.after) {
    if (!n->op->pointwise) fail(ErrorKind::kUnsupported, "{} is not pointwise", n->opName());
    if (std::string why = refusesExpression(*n); !why.empty()) fail(ErrorKind::kUnsupported, "{}", why);
  }
  for (size_t i = 0; i < fused_.inputs.size(); ++i) {
    const Value* v = fused_.inputs[i];
    if (!v) continue;
    bool isBias = static_cast<int>(i) == bias_;
    if (isBias || (!isLiteral(v) && FusedNode::reads(fused_.after, v))) inputs_.push_back(i);
  }
  for (size_t o = 0; o < fused_.outputs.size(); ++o)
    if (fused_.outputs[o]) outputs_.push_back(o);
  if (outputs_.empty()) fail(ErrorKind::kUnsupported, "no output is wanted");
  for (size_t k = 0; k < operandCount(); ++k) memoryType(typeOf(k));
  findBoxes();
}

DataType TileEpilogue::typeOf(size_t k) const {
  return k < inputs_.size() ? fused_.inputs[inputs_[k]]->dtype
                            : fused_.outputs[outputs_[k - inputs_.size()]]->dtype;
}

bool TileEpilogue::isBias(size_t k) const {
  return k < inputs_.size() && static_cast<int>(inputs_[k]) == bias_;
}

bool TileEpilogue::isColumns(size_t k) const {
  if (k >= inputs_.size()) return false;
  if (isBias(k)) return true;
  const Value& v = *fused_.inputs[inputs_[k]];
  const Value& product = *fused_.anchor->outputs[0];
  if (!v.shape || !product.shape) return false;
  // Counted from the last axis: that of the columns.
  size_t columns = fused_.anchor->is("Conv") ? product.shape->size() - 2 : 0;
  for (size_t back = 0; back < v.shape->size(); ++back)
    if (back != columns && (*v.shape)[v.shape->size() - 1 - back].tryConstant() != 1) return false;
  return true;
}

bool TileEpilogue::readsColumnsOnly() const {
  for (size_t k = 0; k < inputs_.size(); ++k)
    if (!isColumns(k)) return false;
  return true;
}

void TileEpilogue::findBoxes() {
  int bits = typeBits(fused_.anchor->inputs[0]->dtype);
  auto fits = [&](size_t k) {
    return isFloat(typeOf(k)) && (bits == 16 || bits == 32) && typeBits(typeOf(k)) == bits;
  };
  const Value& product = *fused_.anchor->outputs[0];
  for (size_t k = inputs_.size(); k-- > 0;) {
    const Value& v = *fused_.inputs[inputs_[k]];
    if (fits(k) && !isBias(k) && v.shape && product.shape && *v.shape == *product.shape)
      boxOperand_ = static_cast<int>(k);
  }
  if (!split_ && fits(inputs_.size())) boxResult_ = static_cast<int>(inputs_.size());
}

std::string TileEpilogue::readCode(size_t k, const char* at) const {
  return fmt::format(
      "    in.x{0} = readVector<{1}, W>(e.memory[{0}], {2}column * e.columnStride[{0}], "
      "e.columnStride[{0}]);\n",
      k, memoryType(typeOf(k)), fmt::format(fmt::runtime(at), k));
}

// Loads under way at the same time hide each other's latency, but take registers; and every pass is another
// copy of the expression.
int TileEpilogue::passesAtOnce() const {
  constexpr size_t kShort = 3;
  return inputs_.empty() ? 1 : fused_.after.size() <= kShort ? 4 : 2;
}

int64_t TileEpilogue::partColumns() const {
  auto columns = split_->outputs.at(0)->shape->back().tryConstant();
  if (!columns) fail(ErrorKind::kUnsupported, "the parts of the product have no known extent");
  return *columns;
}

int64_t TileEpilogue::partBegin(size_t k) const {
  const Value* part = fused_.outputs[outputs_[k - inputs_.size()]];
  auto at = std::find(split_->outputs.begin(), split_->outputs.end(), part);
  if (at == split_->outputs.end()) fail(ErrorKind::kUnsupported, "an output beside the parts of the product");
  return (at - split_->outputs.begin()) * partColumns();
}

std::string TileEpilogue::storeCode(size_t k) const {
  const char* memory = memoryType(typeOf(k));
  if (!split_)
    return fmt::format(
        "    writeVector<{1}, W>(e.memory[{0}], at[{0}] + column * e.columnStride[{0}], e.columnStride[{0}], "
        "out.y{0});\n",
        k, memory);
  int64_t begin = partBegin(k);
  return fmt::format(
      "    if (column - {2}u < {3}u) writeVector<{1}, W>(e.memory[{0}], at[{0}] + column - {2}u, 1, "
      "out.y{0});\n",
      k, memory, begin, partColumns());
}

std::string TileEpilogue::code() const {
  std::string fields, results, reads, columns, takes, rows, rest, values, stores, restStores,
      boxBits = "    return 0;\n";
  Variables variables;
  const Value* product = fused_.anchor->outputs[0];
  const char* sum = registerType(product->dtype);
  std::string body = fmt::format("      {} product = static_cast<{}>(sums[i])", sum, sum);
  int restCount = 0;
  for (size_t k = 0; k < inputs_.size(); ++k) {
    const char* memory = memoryType(typeOf(k));
    fields += fmt::format("    Vector<{}, W> x{};\n", memory, k);
    reads += readCode(k, "at[{}] + ");
    if (isColumns(k)) {
      columns += readCode(k, "");
      takes += fmt::format("    in.x{0} = fromLane(from.x{0}, lane);\n", k);
    } else {
      rows += readCode(k, "at[{}] + ");
      if (static_cast<int>(k) != boxOperand_) rest += readCode(k, "at[{}] + "), ++restCount;
    }
    std::string value = fmt::format("Element<{}>::load(in.x{}.at[i])", memory, k);
    if (isBias(k)) body += " + " + value;
    values += fmt::format("      {} a{} = {};\n", registerType(typeOf(k)), k, value);
    variables[fused_.inputs[inputs_[k]]] = fmt::format("a{}", k);
  }
  variables[product] = "product";
  body += ";\n" + values + emitPointwise(fused_.after, variables);
  for (size_t k = inputs_.size(); k < operandCount(); ++k) {
    const char* memory = memoryType(typeOf(k));
    const Value* result = split_  ? split_->inputs[0]
                          : pool_ ? pool_->inputs[0]
                                  : fused_.outputs[outputs_[k - inputs_.size()]];
    results += fmt::format("    Vector<{}, W> y{};\n", memory, k);
    body += fmt::format("      out.y{}.at[i] = Element<{}>::store({});\n", k, memory, variables.at(result));
    stores += storeCode(k);
    if (static_cast<int>(k) != boxResult_)
      restStores += storeCode(k), ++restCount;
    else
      boxBits =
          fmt::format("    Box bits;\n    memcpy(&bits, &out.y{}, sizeof bits);\n    return bits;\n", k);
  }
  std::string setBox =
      boxOperand_ < 0 ? "" : fmt::format("    memcpy(&in.x{}, &bits, sizeof bits);\n", boxOperand_);
  bool wide = boxResult_ >= 0 && typeBits(typeOf(static_cast<size_t>(boxResult_))) == 32;
  std::string place = fmt::format("const E& e, const u32 (&at)[{}], u32 column", operandCount());
  constexpr const char* kWide = "  template <int W> static __device__ __forceinline__ void";
  return fmt::format(
             "typedef Epilogue<{0}> E;\n"
             "struct Region {{\n"
             "  static constexpr int kOperands = {0}, kAtOnce = {1}, kRest = {2};\n"
             "  static constexpr bool kBox = {3};\n"
             "  typedef {6} Box;\n"
             "  template <int W> struct Inputs {{\n{4}  }};\n"
             "  template <int W> struct Results {{\n{5}  }};\n",
             operandCount(), passesAtOnce(), restCount, boxOperand_ >= 0, fields, results,
             wide ? "u64" : "u32") +
         fmt::format(
             "{0} load({1}, Inputs<W>& in) {{\n{2}  }}\n"
             "{0} loadColumns(const E& e, u32 column, Inputs<W>& in) {{\n{3}  }}\n"
             "  static __device__ __forceinline__ void takeColumns(const Inputs<2>& from, u32 lane, "
             "Inputs<2>& in) "
             "{{\n{7}  }}\n"
             "{0} loadRows({1}, Inputs<W>& in) {{\n{8}  }}\n"
             "{0} loadRest({1}, Inputs<W>& in) {{\n{4}  }}\n"
             "  static __device__ __forceinline__ void setBox(Inputs<2>& in, Box bits) {{\n{5}  }}\n"
             "  static __device__ __forceinline__ Box boxBits(const Results<2>& out) {{\n{6}  }}\n",
             kWide, place, reads, columns, rest, setBox, boxBits, takes, rows) +
         fmt::format(
             "  template <int W, typename Acc> static __device__ __forceinline__ void compute("
             "const Inputs<W>& in, const Acc* sums, Results<W>& out) {{\n"
             "#pragma unroll\n    for (int i = 0; i < W; ++i) {{\n{2}    }}\n  }}\n"
             "{0} store({1}, const Results<W>& out) {{\n{3}  }}\n"
             "{0} storeRest({1}, const Results<W>& out) {{\n{4}  }}\n"
             "  template <int W, typename Acc> static __device__ __forceinline__ void finish({1}, "
             "const Inputs<W>& in, const Acc* sums) {{\n"
             "    Results<W> out;\n    compute<W>(in, sums, out);\n    store<W>(e, at, column, out);\n  "
             "}}\n}};\n",
             kWide, place, body, stores, restStores);
}

Shape TileEpilogue::stridesOf(size_t k, const TensorDesc& desc, const TensorDesc& result) const {
  if (split_ && k >= inputs_.size()) return tenfold::stridesOf(desc);
  if (!isBias(k)) return broadcastStridesOf(desc, result.shape);
  Shape strides = Shape::filled(result.shape.rank(), 0);
  strides[1] = 1;
  return strides;
}

TileEpilogue::Params TileEpilogue::params(Descs inputs, Descs outputs, const std::vector<int>& order) const {
  TensorDesc result = outputs[outputs_[0]];
  for (size_t o : outputs_)
    if (!(outputs[o].shape == result.shape) || outputs[o].layout != result.layout)
      fail(ErrorKind::kUnsupported, "outputs of several shapes or layouts");
  if (split_) result.shape[order.back()] *= static_cast<int64_t>(split_->outputs.size());
  std::vector<Shape> strides;
  for (size_t k = 0; k < operandCount(); ++k)
    strides.push_back(stridesOf(
        k, k < inputs_.size() ? inputs[inputs_[k]] : outputs[outputs_[k - inputs_.size()]], result));
  int column = order.back();
  LoopAxes rows(result.shape, {order.begin(), order.end() - 1}, strides);
  if (rows.rank() > kRowAxes) fail(ErrorKind::kUnsupported, "broadcasting along {} axes", rows.rank());
  auto rank = static_cast<size_t>(rows.rank());

  Params p;
  p.inputs_.assign(inputs_.begin(), inputs_.end());
  p.outputs_.assign(outputs_.begin(), outputs_.end());
  p.vectors_ = result.shape[column] % kVector == 0;
  p.rowAxes_ = rows.rank();
  std::vector<uint32_t> words(2 * operandCount(), 0);  // addresses
  for (const Shape& s : strides) words.push_back(static_cast<uint32_t>(s[column]));
  for (size_t k = 0; k < operandCount(); ++k) {
    int64_t step = strides[k][column];
    p.rowStrides_.push_back(static_cast<uint32_t>(rows.strides[k].back()));
    for (size_t a = 0; a < kRowAxes; ++a) {
      int64_t stride = a < rank ? rows.strides[k][rank - 1 - a] : 0;
      words.push_back(static_cast<uint32_t>(stride));
      p.vectors_ = p.vectors_ && (step == 0 || (step == 1 && stride % kVector == 0));
    }
    auto bytes = static_cast<uintptr_t>(kVector * typeBits(typeOf(k)) / 8);
    p.alignment_.push_back(step == 0 ? 1 : std::min(kWidestAccess, bytes));
  }
  for (size_t a = 0; a < kRowAxes; ++a) {
    int64_t extent = a < rank ? rows.extents[rank - 1 - a] : 1;
    FastDivisor d = divisorOf(extent);
    words.insert(words.end(), {d.divisor, d.multiplier, d.shift});
  }
  words.insert(words.end(), {static_cast<uint32_t>(rank), static_cast<uint32_t>(result.shape[column])});
  p.wideAt_ = words.size();
  words.push_back(0);
  p.words_.resize((words.size() + 1) / 2);
  std::memcpy(p.words_.data(), words.data(), words.size() * sizeof(uint32_t));
  return p;
}

bool TileEpilogue::Params::isWide() const {
  uint32_t wide = 0;
  std::memcpy(&wide, reinterpret_cast<const uint32_t*>(words_.data()) + wideAt_, sizeof wide);
  return wide != 0;
}

void* TileEpilogue::Params::fill(const LaunchArgs& args) {
  size_t k = 0;
  uint32_t wide = vectors_;
  auto take = [&](void* memory) {
    auto address = reinterpret_cast<uintptr_t>(memory);
    if (address % alignment_[k]) wide = 0;
    words_[k++] = address;
  };
  for (int i : inputs_) take(const_cast<void*>(args.inputs[i]));
  for (int o : outputs_) take(args.outputs[o]);
  std::memcpy(reinterpret_cast<uint32_t*>(words_.data()) + wideAt_, &wide, sizeof wide);
  return words_.data();
}

}  // namespace tenfold::cuda
