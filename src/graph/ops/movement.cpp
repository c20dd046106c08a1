#include "graph/ops/movement.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "graph/ops/broadcast.h"

namespace tenfold {

ElementMover::ElementMover(const Tensor& from, Tensor& to)
    : from_(from.as<uint8_t>()),
      to_(to.as<uint8_t>()),
      fromCount_(from.numel()),
      toCount_(to.numel()),
      bits_(typeBits(from.dtype())) {
  require(from.dtype() == to.dtype() && bits_ > 0, "cannot move elements of type {} into a tensor of {}",
          typeName(from.dtype()), typeName(to.dtype()));
}

void ElementMover::operator()(int64_t toIndex, int64_t fromIndex, int64_t count) const {
  if (count == 0) return;
  auto isInside = [&](int64_t first, int64_t all) { return first >= 0 && count > 0 && count <= all - first; };
  require(isInside(fromIndex, fromCount_) && isInside(toIndex, toCount_),
          "elements {} to {} of {} cannot be moved to {} of {}", fromIndex, fromIndex + count, fromCount_,
          toIndex, toCount_);
  if (bits_ < 8) return movePacked(toIndex, fromIndex, count);
  int64_t bytes = bits_ / 8;
  std::memcpy(to_ + toIndex * bytes, from_ + fromIndex * bytes, static_cast<size_t>(count * bytes));
}

void ElementMover::movePacked(int64_t toIndex, int64_t fromIndex, int64_t count) const {
  int perByte = 8 / bits_, mask = (1 << bits_) - 1;
  for (int64_t k = 0; k < count; ++k) {
    int64_t source = fromIndex + k, target = toIndex + k;
    int value = (from_[source / perByte] >> (bits_ * (source % perByte))) & mask;
    int shift = bits_ * static_cast<int>(target % perByte);
    uint8_t& byte = to_[target / perByte];
    byte = static_cast<uint8_t>((byte & ~(mask << shift)) | (value << shift));
  }
}

void copyStrided(const Tensor& from, Tensor& to, const Shape& strides, int64_t offset) {
  ElementMover move(from, to);
  // Trailing axes that lie contiguously in both tensors move as one run.
  int axes = to.rank();
  int64_t run = 1;
  while (axes > 0 && (strides[axes - 1] == run || to.shape()[axes - 1] == 1)) run *= to.shape()[--axes];
  if (to.numel() == 0) return;
  Shape outer(to.shape().begin(), to.shape().begin() + axes);
  Shape steps(strides.begin(), strides.begin() + axes);
  forEachBroadcast<1>(outer, {steps}, [&](int64_t i, const auto& at) { move(i * run, offset + at[0], run); });
}

void fillWithZeros(Tensor& to) {
  if (to.bytes()) std::memset(to.data(), 0, to.bytes());
}

void fillWith(Tensor& to, const Tensor& value) { copyStrided(value, to, Shape::filled(to.rank(), 0)); }

void inferMovedContents(InferContext& ctx) {
  constexpr int64_t kLongest = 1024;
  auto elements = ctx.contents(0);
  if (!elements || elements->size() > kLongest) return;
  std::vector<Tensor> inputs;
  for (size_t i = 0; i < ctx.numInputs(); ++i) {
    inputs.emplace_back();
    if (!ctx.has(i)) continue;
    auto shape = constantShape(ctx.shape(i));
    if (!shape) return;
    std::vector<int64_t> values(elements->size());
    if (i == 0) {
      std::iota(values.begin(), values.end(), 0);
    } else {
      auto known = ctx.ints(i);
      if (!known) return;
      values = *known;
    }
    inputs.back() = Tensor::of<int64_t>(*shape, values);
  }
  for (const Value* v : ctx.node().outputs) {
    if (!v) continue;
    auto shape = v->shape ? constantShape(*v->shape) : std::nullopt;
    if (!shape || shape->numel() > kLongest) return;
  }
  std::vector<Tensor> outputs = evalNode(ctx.node(), inputs);
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i].defined()) continue;
    DimList moved;
    for (int64_t position : outputs[i].ints()) moved.push_back((*elements)[static_cast<size_t>(position)]);
    ctx.setContents(i, std::move(moved));
  }
}

std::vector<int> normalizeAxes(const std::vector<int64_t>& axes, int rank) {
  std::vector<int> normalized;
  for (int64_t axis : axes) {
    int a = normalizeAxis(axis, rank);
    require(std::find(normalized.begin(), normalized.end(), a) == normalized.end(), "axis {} is given twice",
            axis);
    normalized.push_back(a);
  }
  return normalized;
}

}  // namespace tenfold
