#include "graph/ops/attention_inputs.h"

#include <algorithm>
#include <cmath>

#include "graph/ops/elements.h"

namespace tenfold::attention {

Heads readHeads(EvalContext& ctx, size_t input, const char* headsAttr) {
  const Tensor& t = ctx.input(input);
  std::vector<int64_t> e = fourAxes<int64_t>(ctx.attrs(), headsAttr, {t.shape().begin(), t.shape().end()},
                                             [](const int64_t& a, const int64_t& b) { return a / b; });
  Heads out{e[0], e[1], e[2], e[3], std::vector<double>(static_cast<size_t>(t.numel()))};
  if (t.rank() == 4) {
    readElements(t, 0, t.numel(), out.values.data());
    return out;
  }
  ctx.require(t.shape()[2] == out.heads * out.size, "{} elements do not divide into {} heads", t.shape()[2],
              out.heads);
  for (int64_t b = 0; b < out.batch; ++b)
    for (int64_t s = 0; s < out.length; ++s)
      for (int64_t h = 0; h < out.heads; ++h)
        readElements(t, ((b * out.length + s) * out.heads + h) * out.size, out.size,
                     out.at(b, h) + s * out.size);
  return out;
}

// The past, where there is one, followed by the new rows.
Heads withPast(EvalContext& ctx, size_t input, Heads now) {
  if (!ctx.has(input)) return now;
  const Tensor& past = ctx.input(input);
  int64_t before = past.shape()[2];
  ctx.require(past.numel() == now.batch * now.heads * before * now.size,
              "the past has shape {}, which does not fit {} heads of {}", past.shape().str(), now.heads,
              now.size);
  Heads out{now.batch, now.heads, before + now.length, now.size, {}};
  out.values.resize(static_cast<size_t>(out.batch * out.heads * out.length * out.size));
  for (int64_t b = 0; b < out.batch; ++b)
    for (int64_t h = 0; h < out.heads; ++h) {
      readElements(past, (b * out.heads + h) * before * out.size, before * out.size, out.at(b, h));
      std::copy_n(now.at(b, h), now.length * now.size, out.at(b, h) + before * out.size);
    }
  return out;
}

AttentionBias::AttentionBias(EvalContext& ctx, const Heads& q, const Heads& k)
    : ctx_(ctx), queries_(q.length), keys_(k.length) {
  causal_ = ctx.attrs().integer("is_causal", 0) != 0;
  left_ = ctx.attrs().integer("left_window_size", -1);
  right_ = ctx.attrs().integer("right_window_size", -1);
  if (!ctx.has(kMask)) return;
  const Tensor& mask = ctx.input(kMask);
  ctx.require(mask.rank() > 0, "the mask is a scalar");
  maskKeys_ = mask.shape().back();
  Shape target{q.batch, q.heads, q.length, maskKeys_};
  ctx.require(maskKeys_ <= keys_, "the mask has shape {}, there are {} keys", mask.shape().str(), keys_);
  ctx.require(broadcastShapes(mask.shape(), target) == target,
              "the mask has shape {}, which does not broadcast to {}", mask.shape().str(), target.str());
  strides_ = broadcastStrides(mask.shape(), target);
  values_ = allElements<double>(mask);
  if (mask.dtype() == DataType::kBool)
    for (double& v : values_) v = v != 0 ? 0 : -HUGE_VAL;
}

double AttentionBias::at(int64_t b, int64_t h, int64_t i, int64_t j) const {
  if (ctx_.has(kValidKeys) && j >= ctx_.input(kValidKeys).getInt(b)) return -HUGE_VAL;
  int64_t position = offset(b) + i;
  if (causal_ && j > position) return -HUGE_VAL;
  if ((left_ >= 0 && position - j > left_) || (right_ >= 0 && j - position > right_)) return -HUGE_VAL;
  if (values_.empty()) return 0;
  if (j >= maskKeys_) return -HUGE_VAL;
  return values_[static_cast<size_t>(b * strides_[0] + h * strides_[1] + i * strides_[2] + j * strides_[3])];
}

// How many valid keys precede the first query.
int64_t AttentionBias::offset(int64_t b) const {
  if (ctx_.has(kPastKey)) return ctx_.input(kPastKey).shape()[2];
  return ctx_.has(kValidKeys) ? ctx_.input(kValidKeys).getInt(b) - queries_ : 0;
}

}  // namespace tenfold::attention
