#include "targets/cpu/pointwise/loop.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/rounding.h"

namespace tenfold::cpu {
namespace {

constexpr int64_t kTile = 512;  // elements of a register
constexpr size_t kAlign = 64;

bool sameInRegister(DataType type) {
  return type == DataType::kFloat32 || type == DataType::kInt32 || type == DataType::kInt64 ||
         type == DataType::kFloat64;
}

}  // namespace

struct Loop::Tile {
  int64_t start, from, to;  // of the whole run; [from, to) is the tile
  int64_t row, column;      // of `from`
};

Loop::Loop(Program program, const Shape& dims, std::vector<Operand> operands)
    : program_(std::move(program)), size_(dims.numel()), inputs_(program_.inputs.size()) {
  if (operands.size() != inputs_ + program_.outputs.size())
    fail(ErrorKind::kInternal, "a pointwise loop has {} operands, expected {}", operands.size(),
         inputs_ + program_.outputs.size());
  collapse(dims, operands);
  bind(operands);
  size_t table = roundUp(static_cast<size_t>(program_.registers) * sizeof(void*), kAlign);
  scratchBytes_ =
      table + static_cast<size_t>(program_.registers) * kTile * static_cast<size_t>(program_.registerBytes);
}

int64_t Loop::grain() const { return std::max<int64_t>(1024, static_cast<int64_t>(50000 / cost())); }

void Loop::collapse(const Shape& dims, std::vector<Operand>& operands) {
  std::vector<Shape> strides(operands.size());
  for (int d = 0; d < dims.rank(); ++d) {
    if (dims[d] == 1) continue;
    bool merges = !dims_.empty();
    for (size_t k = 0; k < operands.size() && merges; ++k)
      merges = operands[k].local || strides[k].back() == operands[k].strides[d] * dims[d];
    if (merges)
      dims_[dims_.rank() - 1] *= dims[d];
    else
      dims_.push_back(dims[d]);
    for (size_t k = 0; k < operands.size(); ++k) {
      if (operands[k].local) continue;
      if (merges)
        strides[k][strides[k].rank() - 1] = operands[k].strides[d];
      else
        strides[k].push_back(operands[k].strides[d]);
    }
  }
  if (dims_.empty()) {
    dims_.push_back(1);
    for (Shape& s : strides) s.push_back(1);
  }
  for (size_t k = 0; k < operands.size(); ++k) operands[k].strides = strides[k];
}

void Loop::bind(std::vector<Operand>& operands) {
  int lastInputRead = -1;
  auto isInput = [&](int reg) {
    return std::any_of(program_.inputs.begin(), program_.inputs.end(),
                       [&](const auto& in) { return in.reg == reg; });
  };
  for (size_t i = 0; i < program_.code.size(); ++i)
    for (int r : {program_.code[i].a, program_.code[i].b, program_.code[i].c})
      if (r >= 0 && isInput(r)) lastInputRead = static_cast<int>(i);
  Shape flat = contiguousStrides(dims_);
  for (size_t k = 0; k < operands.size(); ++k) {
    bool isOutput = k >= inputs_;
    const Program::Operand& p = isOutput ? program_.outputs[k - inputs_] : program_.inputs[k];
    Bound b{p.reg, p.type};
    b.strides = operands[k].strides;
    b.local = operands[k].local;
    bool scalar =
        !b.local && std::all_of(b.strides.begin(), b.strides.end(), [](int64_t s) { return s == 0; });
    b.access = p.reg < 0                      ? Access::kUnused
               : b.local || b.strides == flat ? Access::kFlat
               : scalar && !isOutput          ? Access::kScalar
                                              : Access::kStrided;
    b.elementBytes = typeBits(p.type) / 8;
    b.inPlace = sameInRegister(p.type);
    b.load = p.reg < 0 ? nullptr : loadFunction(p.type);
    b.store = p.reg < 0 ? nullptr : storeFunction(p.type);
    if (isOutput)
      for (size_t i = 0; i < program_.code.size(); ++i)
        if (program_.code[i].dst == p.reg) b.direct = static_cast<int>(i) >= lastInputRead;
    operands_.push_back(b);
  }
}

// Tiles end with rows: a short row is taken whole, with as many others as fit; a long one is cut evenly.
int64_t Loop::tileEnd(int64_t at, int64_t to) const {
  int64_t inner = dims_.back(), column = at % inner;
  if (inner <= kTile / 2 && column == 0) return std::min(to, at + kTile / inner * inner);
  int64_t pieces = ceilDiv(inner, kTile), piece = ceilDiv(inner, pieces);
  piece = roundUp(piece, 16);
  return std::min({to, at + std::min(piece, kTile), at + inner - column});
}

int64_t Loop::rowOffset(const Bound& b, int64_t row) const {
  int64_t offset = 0;
  for (int d = dims_.rank() - 2; d >= 0; --d) {
    offset += row % dims_[d] * b.strides[d];
    row /= dims_[d];
  }
  return offset;
}

// Where the tile can be used in memory as it is; null if it must be moved.
char* Loop::pointTo(const Bound& b, const Tile& t, char* memory) const {
  if (!b.inPlace) return nullptr;
  if (b.local) return memory + (t.from - t.start) * b.elementBytes;
  if (b.access == Access::kFlat) return memory + t.from * b.elementBytes;
  bool oneRow = t.column + (t.to - t.from) <= dims_.back();
  if (!oneRow || b.strides.back() != 1) return nullptr;
  return memory + (rowOffset(b, t.row) + t.column) * b.elementBytes;
}

void Loop::moveRows(const Bound& b, const Tile& t, char* memory, char* reg, bool in) const {
  auto move = [&](int64_t offset, int64_t stride, int64_t done, int64_t n) {
    char *m = memory + offset * b.elementBytes, *r = reg + done * laneBytes(laneOf(b.type));
    if (in)
      b.load(r, m, stride, n);
    else
      b.store(m, r, stride, n);
  };
  if (b.access == Access::kFlat) return move(b.local ? t.from - t.start : t.from, 1, 0, t.to - t.from);
  int64_t inner = dims_.back(), stride = b.strides.back(), column = t.column, row = t.row;
  for (int64_t at = t.from; at < t.to; ++row) {
    int64_t n = std::min(t.to - at, inner - column);
    move(rowOffset(b, row) + column * stride, stride, at - t.from, n);
    at += n;
    column = 0;
  }
}

void Loop::run(int64_t from, int64_t to, void* const* memory, void* scratch) const {
  char** regs = static_cast<char**>(scratch);
  size_t count = static_cast<size_t>(program_.registers);
  char* base = static_cast<char*>(scratch) + roundUp(count * sizeof(void*), kAlign);
  size_t registerSize = static_cast<size_t>(kTile * program_.registerBytes);
  for (size_t r = 0; r < count; ++r) regs[r] = base + r * registerSize;
  int64_t longest = std::min(kTile, to - from);
  for (const Program::Constant& c : program_.constants) {
    int32_t i32 = static_cast<int32_t>(c.integer);
    float f32 = static_cast<float>(c.value);
    char* reg = regs[c.reg];
    if (c.lane == Lane::kF32)
      std::fill_n(reinterpret_cast<float*>(reg), longest, f32);
    else if (c.lane == Lane::kI32)
      std::fill_n(reinterpret_cast<int32_t*>(reg), longest, i32);
    else if (c.lane == Lane::kI64)
      std::fill_n(reinterpret_cast<int64_t*>(reg), longest, c.integer);
    else
      std::fill_n(reinterpret_cast<double*>(reg), longest, c.value);
  }
  for (size_t k = 0; k < inputs_; ++k)
    if (operands_[k].access == Access::kScalar)
      operands_[k].load(regs[operands_[k].reg], memory[k], 0, longest);

  Tile t{from, from, from, 0, 0};
  for (; t.from < to; t.from = t.to) {
    t.to = tileEnd(t.from, to);
    t.row = t.from / dims_.back();
    t.column = t.from % dims_.back();
    int64_t n = t.to - t.from;
    for (size_t k = 0; k < operands_.size(); ++k) {
      const Bound& b = operands_[k];
      if (b.access == Access::kUnused || b.access == Access::kScalar) continue;
      char *m = static_cast<char*>(memory[k]), *own = base + static_cast<size_t>(b.reg) * registerSize;
      char* place = k >= inputs_ && !b.direct ? nullptr : pointTo(b, t, m);
      regs[b.reg] = place ? place : own;
      if (!place && k < inputs_) moveRows(b, t, m, own, true);
    }
    for (const Instruction& i : program_.code)
      i.run(regs[i.dst], regs[i.a], i.b < 0 ? nullptr : regs[i.b], i.c < 0 ? nullptr : regs[i.c], i.imm, n);
    for (size_t k = inputs_; k < operands_.size(); ++k) {
      const Bound& b = operands_[k];
      char* own = base + static_cast<size_t>(b.reg) * registerSize;
      if (regs[b.reg] == own) moveRows(b, t, static_cast<char*>(memory[k]), own, false);
    }
  }
}

}  // namespace tenfold::cpu
