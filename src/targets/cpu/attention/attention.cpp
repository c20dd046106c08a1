#include "targets/cpu/attention/attention.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "base/rounding.h"
#include "targets/cpu/attention/gemm.h"
#include "targets/cpu/launch_tactic.h"
#include "targets/cpu/movement/strided_copy.h"
#include "targets/cpu/parallel.h"
#include "targets/cpu/rows/row_functions.h"
#include "targets/cpu/workspace.h"
#include "targets/strides.h"

namespace tenfold::cpu {
namespace {

enum Input { kQuery, kKey, kValue, kMask, kPastKey, kPastValue, kValidKeys };
enum Output { kResult, kPresentKey, kPresentValue, kScores };

bool present(Descs d, size_t i) { return i < d.size() && d[i].dtype != DataType::kUndefined; }

// A tensor [batch, heads, length, size] in memory, whatever its rank.
struct Heads {
  int64_t batch = 0, heads = 0, length = 0, size = 0;
  int64_t batchStride = 0, headStride = 0, rowStride = 0;
  int64_t at(int64_t b, int64_t h) const { return b * batchStride + h * headStride; }
  Shape shape() const { return {batch, heads, length, size}; }
  Shape strides() const { return {batchStride, headStride, rowStride, 1}; }
};

Heads headsOf(const TensorDesc& d, int64_t heads) {
  if (d.dtype != DataType::kFloat32 || d.layout != Layout::kPlain)
    fail(ErrorKind::kUnsupported, "elements are {}", typeName(d.dtype));
  const Shape& s = d.shape;
  if (s.rank() == 4) return {s[0], s[1], s[2], s[3], s[1] * s[2] * s[3], s[2] * s[3], s[3]};
  if (s.rank() != 3 || heads <= 0 || s[2] % heads)
    fail(ErrorKind::kUnsupported, "{} is not divided into {} heads", s.str(), heads);
  return {s[0], heads, s[1], s[2] / heads, s[1] * s[2], s[2] / heads, s[2]};
}

class AttentionLaunch final : public Launch {
 public:
  AttentionLaunch(const Node& node, Descs inputs, Descs outputs);
  size_t workspaceBytes() const override { return workspace_; }
  void run(const LaunchArgs& args) override;

 private:
  // Keys or values with their past: where they lie, and how they come together there.
  struct Memory {
    Heads heads;
    size_t input = 0;
    bool joined = false;  // in `output`, or in the workspace
    int output = -1;
    size_t offset = 0;
    std::vector<std::pair<StridedCopy, size_t>> copies;  // and from which input
  };
  Memory join(const Node& node, Descs in, size_t input, size_t past, size_t output, int64_t heads);
  const float* addressOf(const Memory& m, const LaunchArgs& args) const;
  void packKeys(const LaunchArgs& args, const float* keys) const;
  void block(const LaunchArgs& args, const float* keys, const float* values, int64_t index,
             float* scores) const;
  void softmaxRow(const LaunchArgs& args, int64_t b, int64_t h, int64_t i, float* row) const;

  Heads q_, out_;
  Memory k_, v_;
  int64_t total_ = 0, pitch_ = 0;  // keys, and floats from one row of scores to the next
  int64_t rows_ = 1;               // queries of a block
  float scale_ = 1, softcap_ = 0;
  float empty_ = 0;  // the probabilities of a query that sees no key
  bool causal_ = false, direct_ = false;
  int64_t left_ = -1, right_ = -1, past_ = 0;
  bool hasMask_ = false, boolMask_ = false;
  Shape maskStrides_;
  int64_t maskKeys_ = 0;
  size_t packedOffset_ = 0, scoresOffset_ = 0, scoresBytes_ = 0, workspace_ = 0;
};

AttentionLaunch::Memory AttentionLaunch::join(const Node& node, Descs in, size_t input, size_t past,
                                              size_t output, int64_t heads) {
  Memory m;
  m.heads = headsOf(in[input], heads);
  m.input = input;
  bool hasPast = present(in, past);
  if (!hasPast && !node.output(output)) return m;
  int64_t before = hasPast ? in[past].shape[2] : 0;
  Heads now = m.heads, all = now;
  all.length = before + now.length;
  all.rowStride = all.size;
  all.headStride = all.length * all.size;
  all.batchStride = all.heads * all.headStride;
  if (hasPast) {
    Heads old = headsOf(in[past], now.heads);
    m.copies.push_back({StridedCopy(4, old.shape(), old.strides(), all.strides()), past});
  }
  m.copies.push_back(
      {StridedCopy(4, now.shape(), now.strides(), all.strides(), 0, before * all.size), input});
  m.joined = true;
  m.heads = all;
  if (node.output(output))
    m.output = static_cast<int>(output);
  else
    m.offset = reserve(workspace_, static_cast<size_t>(all.shape().numel()) * sizeof(float));
  return m;
}

AttentionLaunch::AttentionLaunch(const Node& node, Descs in, Descs out) {
  if (!node.is("Attention")) fail(ErrorKind::kUnsupported, "is no attention");
  if (present(in, kValidKeys)) fail(ErrorKind::kUnsupported, "numbers of valid keys");
  if (node.output(kScores)) fail(ErrorKind::kUnsupported, "the scores are asked for");
  q_ = headsOf(in[kQuery], node.attrs.integer("q_num_heads", 0));
  int64_t kvHeads = node.attrs.integer("kv_num_heads", 0);
  k_ = join(node, in, kKey, kPastKey, kPresentKey, kvHeads);
  v_ = join(node, in, kValue, kPastValue, kPresentValue, kvHeads);
  out_ = headsOf(out[kResult], q_.heads);
  total_ = k_.heads.length;
  past_ = present(in, kPastKey) ? in[kPastKey].shape[2] : 0;
  scale_ = static_cast<float>(
      node.attrs.real("scale", 1 / std::sqrt(static_cast<double>(std::max<int64_t>(q_.size, 1)))));
  softcap_ = static_cast<float>(node.attrs.real("softcap", 0));
  if (node.attrs.integer("nan_without_keys", 0)) empty_ = std::numeric_limits<float>::quiet_NaN();
  causal_ = node.attrs.integer("is_causal", 0) != 0;
  left_ = node.attrs.integer("left_window_size", -1);
  right_ = node.attrs.integer("right_window_size", -1);
  if (present(in, kMask)) {
    const TensorDesc& mask = in[kMask];
    hasMask_ = true;
    boolMask_ = mask.dtype == DataType::kBool;
    if (!boolMask_ && mask.dtype != DataType::kFloat32)
      fail(ErrorKind::kUnsupported, "the mask is {}", typeName(mask.dtype));
    if (mask.shape.rank() < 1) fail(ErrorKind::kUnsupported, "the mask is a scalar");
    maskKeys_ = mask.shape.back() == 1 ? total_ : mask.shape.back();
    maskStrides_ = broadcastStridesOf(mask, Shape{q_.batch, q_.heads, q_.length, mask.shape.back()});
    if (mask.shape.back() == 1 && total_ != 1) fail(ErrorKind::kUnsupported, "the mask has one key");
  }
  // A few queries read the keys once: packing would cost as much as it saves.
  direct_ = q_.length < 4;
  constexpr int64_t kLine = 32, kScoreFloats = 64 * 1024;
  pitch_ = roundUp(total_, kLine);
  rows_ = std::clamp<int64_t>(kScoreFloats / std::max<int64_t>(pitch_, 1) / 12 * 12, 12, 48);
  rows_ = std::max<int64_t>(1, std::min(rows_, q_.length));
  if (!direct_)
    packedOffset_ = reserve(
        workspace_, static_cast<size_t>(k_.heads.batch * k_.heads.heads * q_.size * pitch_) * sizeof(float));
  scoresBytes_ = wholeLines(static_cast<size_t>(rows_ * pitch_) * sizeof(float));
  scoresOffset_ = reserve(workspace_, scoresBytes_ * static_cast<size_t>(threadLimit()));
}

const float* AttentionLaunch::addressOf(const Memory& m, const LaunchArgs& args) const {
  if (!m.joined) return static_cast<const float*>(args.inputs[m.input]);
  void* place = m.output >= 0 ? args.outputs[m.output] : static_cast<char*>(args.workspace) + m.offset;
  for (const auto& [copy, input] : m.copies) copy.run(args.inputs[input], place);
  return static_cast<const float*>(place);
}

// Each head's keys as columns, scaled: [size, pitch], zeros behind the last key.
void AttentionLaunch::packKeys(const LaunchArgs& args, const float* keys) const {
  const Heads& k = k_.heads;
  float* packed = reinterpret_cast<float*>(static_cast<char*>(args.workspace) + packedOffset_);
  constexpr int64_t kBlock = 16;
  parallelFor(k.batch * k.heads, 32 * 1024 / (total_ * k.size + 1) + 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const float* from = keys + k.at(i / k.heads, i % k.heads);
      float* to = packed + i * k.size * pitch_;
      for (int64_t j0 = 0; j0 < total_; j0 += kBlock)
        for (int64_t d = 0; d < k.size; ++d)
          for (int64_t j = j0; j < std::min(j0 + kBlock, total_); ++j)
            to[d * pitch_ + j] = scale_ * from[j * k.rowStride + d];
      for (int64_t d = 0; d < k.size; ++d) std::fill(to + d * pitch_ + total_, to + (d + 1) * pitch_, 0.f);
    }
  });
}

// Query i of head h: scores to probabilities, in place.
void AttentionLaunch::softmaxRow(const LaunchArgs& args, int64_t b, int64_t h, int64_t i, float* row) const {
  const RowFunctions& f = rowFunctions();
  int64_t position = past_ + i, low = 0, high = total_;
  if (causal_) high = std::min(high, position + 1);
  if (left_ >= 0) low = std::max<int64_t>(low, position - left_);
  if (right_ >= 0) high = std::min(high, position + right_ + 1);
  if (hasMask_) high = std::min(high, maskKeys_);
  std::fill_n(row, std::clamp<int64_t>(low, 0, total_), 0.f);
  if (high < total_) std::fill(row + std::max<int64_t>(high, 0), row + total_, 0.f);
  int64_t n = high - low;
  if (n <= 0) return std::fill_n(row, total_, empty_), void();
  row += low;
  if (softcap_ > 0)
    for (int64_t j = 0; j < n; ++j) row[j] = softcap_ * std::tanh(row[j] / softcap_);
  if (hasMask_) {
    int64_t offset = b * maskStrides_[0] + h * maskStrides_[1] + i * maskStrides_[2] + low * maskStrides_[3];
    if (boolMask_) {
      const bool* mask = static_cast<const bool*>(args.inputs[kMask]) + offset;
      for (int64_t j = 0; j < n; ++j)
        if (!mask[j]) row[j] = -std::numeric_limits<float>::infinity();
    } else {
      f.accumulate(Reduction::kSum, row, static_cast<const float*>(args.inputs[kMask]) + offset, n);
    }
    if (f.reduce(Reduction::kMax, row, n) == -std::numeric_limits<float>::infinity())
      return std::fill_n(row, n, empty_), void();
  }
  f.softmax(row, row, n);
}

void AttentionLaunch::block(const LaunchArgs& args, const float* keys, const float* values, int64_t index,
                            float* scores) const {
  const GemmFunctions& g = gemmFunctions();
  int64_t blocks = ceilDiv(q_.length, rows_), first = index % blocks * rows_;
  int64_t h = index / blocks % q_.heads, b = index / blocks / q_.heads,
          count = std::min(rows_, q_.length - first);
  int64_t kvHead = h / (q_.heads / k_.heads.heads);
  const float* q = static_cast<const float*>(args.inputs[kQuery]) + q_.at(b, h) + first * q_.rowStride;
  if (direct_) {
    for (int64_t i = 0; i < count; ++i)
      g.dotRows(q + i * q_.rowStride, q_.size, keys + k_.heads.at(b, kvHead), k_.heads.rowStride, total_,
                scale_, scores + i * pitch_);
  } else {
    const float* packed =
        reinterpret_cast<const float*>(static_cast<const char*>(args.workspace) + packedOffset_);
    g.multiply(count, pitch_, q_.size, q, q_.rowStride,
               packed + (b * k_.heads.heads + kvHead) * q_.size * pitch_, pitch_, scores, pitch_, false);
  }
  for (int64_t i = 0; i < count; ++i) softmaxRow(args, b, h, first + i, scores + i * pitch_);
  float* out = static_cast<float*>(args.outputs[kResult]) + out_.at(b, h) + first * out_.rowStride;
  g.multiply(count, v_.heads.size, total_, scores, pitch_, values + v_.heads.at(b, kvHead),
             v_.heads.rowStride, out, out_.rowStride, false);
}

void AttentionLaunch::run(const LaunchArgs& args) {
  const float *keys = addressOf(k_, args), *values = addressOf(v_, args);
  if (!args.outputs[kResult]) return;
  if (!direct_) packKeys(args, keys);
  int64_t units = q_.batch * q_.heads * ceilDiv(q_.length, rows_);
  constexpr int64_t kGrain = 128 * 1024;  // multiplications per thread at least
  int threads = threadsFor(units, kGrain / std::max<int64_t>(rows_ * total_ * q_.size, 1) + 1);
  onThreads(threads, [&](int t) {
    float* scores = reinterpret_cast<float*>(static_cast<char*>(args.workspace) + scoresOffset_ +
                                             static_cast<size_t>(t) * scoresBytes_);
    for (int64_t u = units * t / threads; u < units * (t + 1) / threads; ++u)
      block(args, keys, values, u, scores);
  });
}

}  // namespace

const Tactic& attentionTactic() {
  static const LaunchTactic tactic("attention", refusesLaunch<AttentionLaunch>, makeLaunch<AttentionLaunch>);
  return tactic;
}

}  // namespace tenfold::cpu
