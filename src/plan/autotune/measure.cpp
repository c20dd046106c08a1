#include "plan/autotune/measure.h"

#include <algorithm>
#include <cstring>

#include "graph/ir/text.h"

namespace tenfold {
namespace {

size_t bytesOf(const TensorDesc& d) { return typeBytes(d.dtype, d.shape.numel()); }

// How often constants must lie in memory to fill the target's cache more than once.
size_t copiesOf(const TuningHint& hint, const Target& target) {
  constexpr size_t kMost = 16;
  size_t constants = 0;
  for (const TensorDesc& d : hint.inputs)
    if (d.known) constants += bytesOf(d);
  if (constants == 0 || target.cacheBytes() == 0) return 1;
  return std::clamp<size_t>(target.cacheBytes() * 3 / 2 / constants + 1, 1, kMost);
}

struct Buffer {
  Buffer(Target& t, size_t bytes) : target(t), data(t.allocate(std::max<size_t>(bytes, 1))) {}
  ~Buffer() { target.release(data); }
  Buffer(const Buffer&) = delete;
  Target& target;
  void* data;
};

}  // namespace

Tensor sampleData(DataType type, const Shape& shape, uint64_t seed) {
  constexpr int64_t kDifferent = 1 << 16;
  int64_t n = shape.numel();
  if (n <= kDifferent || typeBits(type) < 8) return randomTensor(type, shape, seed, 0, 1);
  Tensor part = randomTensor(type, Shape{kDifferent}, seed, 0, 1), whole(type, shape);
  for (size_t at = 0; at < whole.bytes(); at += part.bytes())
    std::memcpy(static_cast<char*>(whole.data()) + at, part.data(),
                std::min(part.bytes(), whole.bytes() - at));
  return whole;
}

RegionData::RegionData(const TuningHint& hint, Target& target) : hint_(hint), target_(target) {
  try {
    inputs_.resize(copiesOf(hint, target));
    for (size_t i = 0; i < hint.inputs.size(); ++i) {
      const TensorDesc& d = hint.inputs[i];
      for (auto& list : inputs_) {
        bool shares = &list != inputs_.data() && !d.known;
        list.push_back(d.dtype == DataType::kUndefined ? nullptr : shares ? inputs_[0][i] : fill(d, i + 1));
      }
    }
    for (const TensorDesc& d : hint.outputs)
      outputs_.push_back(d.dtype == DataType::kUndefined ? nullptr : place(bytesOf(d)));
  } catch (...) {
    for (void* p : buffers_) target_.release(p);
    throw;
  }
}

RegionData::~RegionData() {
  for (void* p : buffers_) target_.release(p);
}

void* RegionData::place(size_t bytes) {
  buffers_.push_back(target_.allocate(std::max<size_t>(bytes, 1)));
  return buffers_.back();
}

void* RegionData::fill(const TensorDesc& d, uint64_t seed) {
  Tensor t =
      d.known ? Tensor(d.dtype, d.shape, const_cast<void*>(d.known)) : sampleData(d.dtype, d.shape, seed);
  void* p = place(t.bytes());
  target_.copy(p, t.data(), t.bytes(), nullptr);
  return p;
}

double RegionData::time(const Kernel& kernel, int iterations) {
  std::unique_ptr<Launch> launch = kernel.prepare(hint_.inputs, hint_.outputs);
  Buffer workspace(target_, launch->workspaceBytes());
  size_t next = 0;
  return target_.time(
      [&](StreamHandle stream) {
        std::vector<void*>& inputs = inputs_[next++ % inputs_.size()];
        launch->run({inputs.data(), outputs_.data(), workspace.data, stream, nullptr});
      },
      iterations);
}

}  // namespace tenfold
