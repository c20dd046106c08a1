#include "targets/cpu/recurrent/recurrent_launch.h"

#include <algorithm>
#include <cstring>

#include "targets/cpu/attention/gemm.h"
#include "targets/cpu/parallel.h"

namespace tenfold::cpu {
namespace {

size_t aligned(size_t floats) { return roundUp(floats, 16); }

class RecurrentLaunch final : public Launch {
 public:
  RecurrentLaunch(const Node& node, const RecurrentWeights& packed, const float* weights, Descs in);
  size_t workspaceBytes() const override { return floats_ * sizeof(float); }
  void run(const LaunchArgs& args) override;

 private:
  struct Direction {
    int64_t index;
    const float *w, *r, *bias;
    bool reverse;
    int64_t position(int64_t t, int64_t steps) const { return reverse ? steps - 1 - t : t; }
  };
  // Where a direction's data lie in the workspace.
  struct Buffers {
    float *gates, *fromState, *hidden[2], *cell, *y;  // y: the direction's part of the first output, or null
  };
  Direction direction(int64_t d) const;
  Buffers buffers(const LaunchArgs& args) const;
  void projectInput(const Direction& d, const float* x, const Buffers& b, int64_t block) const;
  void stepLstm(const Direction& d, const Buffers& b, int64_t t, int64_t block) const;
  void stepGru(const Direction& d, const Buffers& b, int64_t t, int64_t block) const;
  void projectState(const Direction& d, const Buffers& b, const float* state, int64_t block, int64_t from,
                    int64_t to) const;
  void resetState(const Direction& d, const Buffers& b, int64_t t, int64_t block) const;
  void storeStep(const Direction& d, const Buffers& b, int64_t t, int64_t block) const;
  void loadState(const LaunchArgs& args, size_t input, int64_t d, float* to) const;
  void storeState(const LaunchArgs& args, size_t output, int64_t index, const float* from) const;
  void runDirection(const LaunchArgs& args, int64_t index) const;

  RecurrentWeights p_;
  const float* weights_;
  bool lstm_, resetFirst_, allReverse_;
  size_t inputs_, outputs_;  // how many the node has
  int64_t steps_, batch_, padded_;
  size_t gateFloats_, stateFloats_, floats_;
};

RecurrentLaunch::RecurrentLaunch(const Node& node, const RecurrentWeights& packed, const float* weights,
                                 Descs in)
    : p_(packed),
      weights_(weights),
      lstm_(node.is("LSTM")),
      resetFirst_(!lstm_ && node.attrs.integer("linear_before_reset", 0) == 0),
      allReverse_(node.attrs.text("direction", "forward") == "reverse") {
  inputs_ = node.inputs.size();
  outputs_ = node.outputs.size();
  steps_ = in[kX].shape[0];
  batch_ = in[kX].shape[1];
  padded_ = p_.blocks() * kUnits;
  gateFloats_ = aligned(static_cast<size_t>(steps_ * batch_ * p_.blocks() * p_.width()));
  stateFloats_ = aligned(static_cast<size_t>(batch_ * padded_));
  floats_ = gateFloats_ + aligned(static_cast<size_t>(batch_ * p_.blocks() * p_.width())) + 3 * stateFloats_;
}

RecurrentLaunch::Direction RecurrentLaunch::direction(int64_t d) const {
  const float* at = weights_ + d * (p_.wSize() + p_.rSize() + p_.biasSize());
  return {d, at, at + p_.wSize(), at + p_.wSize() + p_.rSize(), allReverse_ || d == 1};
}

RecurrentLaunch::Buffers RecurrentLaunch::buffers(const LaunchArgs& args) const {
  Buffers b;
  b.gates = static_cast<float*>(args.workspace);
  b.hidden[0] = b.gates + gateFloats_;
  b.hidden[1] = b.hidden[0] + stateFloats_;
  b.cell = b.hidden[1] + stateFloats_;
  b.fromState = b.cell + stateFloats_;
  b.y = outputs_ > 0 ? static_cast<float*>(args.outputs[0]) : nullptr;
  return b;
}

// The gates of one block for all steps, from the input alone.
void RecurrentLaunch::projectInput(const Direction& d, const float* x, const Buffers& b,
                                   int64_t block) const {
  int64_t pitch = p_.blocks() * p_.width();
  float* to = b.gates + block * p_.width();
  for (int64_t i = 0; i < steps_ * batch_; ++i)
    std::memcpy(to + i * pitch, d.bias + block * p_.width(), static_cast<size_t>(p_.width()) * sizeof(float));
  gemmFunctions().multiply(steps_ * batch_, p_.width(), p_.inputs, x, p_.inputs,
                           d.w + block * p_.inputs * p_.width(), p_.width(), to, pitch, true);
}

void RecurrentLaunch::stepLstm(const Direction& d, const Buffers& b, int64_t t, int64_t block) const {
  int64_t pitch = p_.blocks() * p_.width();
  float* gates = b.gates + d.position(t, steps_) * batch_ * pitch + block * p_.width();
  gemmFunctions().multiply(batch_, p_.width(), p_.hidden, b.hidden[t & 1], padded_,
                           d.r + block * p_.hidden * p_.width(), p_.width(), gates, pitch, true);
  for (int64_t i = 0; i < batch_; ++i) {
    int64_t at = i * padded_ + block * kUnits;
    cellFunctions().lstm(gates + i * pitch, b.cell + at, b.hidden[(t + 1) & 1] + at);
  }
  storeStep(d, b, t, block);
}

// What gates [from, to) of a block get from `state`, with their biases.
void RecurrentLaunch::projectState(const Direction& d, const Buffers& b, const float* state, int64_t block,
                                   int64_t from, int64_t to) const {
  int64_t pitch = p_.blocks() * p_.width(), first = from * kUnits, count = (to - from) * kUnits;
  float* sums = b.fromState + block * p_.width() + first;
  const float* bias = d.bias + (p_.blocks() + block) * p_.width() + first;
  for (int64_t i = 0; i < batch_; ++i)
    std::memcpy(sums + i * pitch, bias, static_cast<size_t>(count) * sizeof(float));
  gemmFunctions().multiply(batch_, count, p_.hidden, state, padded_,
                           d.r + block * p_.hidden * p_.width() + first, p_.width(), sums, pitch, true);
}

void RecurrentLaunch::stepGru(const Direction& d, const Buffers& b, int64_t t, int64_t block) const {
  int64_t pitch = p_.blocks() * p_.width();
  const float *x = b.gates + d.position(t, steps_) * batch_ * pitch + block * p_.width(),
              *sums = b.fromState + block * p_.width();
  if (resetFirst_)
    projectState(d, b, b.cell, block, 2, 3);
  else
    projectState(d, b, b.hidden[t & 1], block, 0, 3);
  auto cell = resetFirst_ ? cellFunctions().gruOfReset : cellFunctions().gru;
  for (int64_t i = 0; i < batch_; ++i) {
    int64_t at = i * padded_ + block * kUnits;
    cell(x + i * pitch, sums + i * pitch, b.hidden[t & 1] + at, b.hidden[(t + 1) & 1] + at);
  }
  storeStep(d, b, t, block);
}

// Where the reset gate applies to the state before the product: both gates, and the state so reset (in
// `cell`, which a GRU has no other use for).
void RecurrentLaunch::resetState(const Direction& d, const Buffers& b, int64_t t, int64_t block) const {
  int64_t pitch = p_.blocks() * p_.width();
  const float *x = b.gates + d.position(t, steps_) * batch_ * pitch + block * p_.width(),
              *sums = b.fromState + block * p_.width();
  projectState(d, b, b.hidden[t & 1], block, 0, 2);
  for (int64_t i = 0; i < batch_; ++i) {
    int64_t at = i * padded_ + block * kUnits;
    cellFunctions().reset(x + i * pitch, sums + i * pitch, b.hidden[t & 1] + at, b.cell + at);
  }
}

// The block's part of the new state goes to the output of all steps.
void RecurrentLaunch::storeStep(const Direction& d, const Buffers& b, int64_t t, int64_t block) const {
  if (!b.y) return;
  int64_t first = block * kUnits, units = std::min<int64_t>(kUnits, p_.hidden - first);
  int64_t row = (d.position(t, steps_) * p_.directions + d.index) * batch_;
  for (int64_t i = 0; i < batch_; ++i)
    std::copy_n(b.hidden[(t + 1) & 1] + i * padded_ + first, units, b.y + (row + i) * p_.hidden + first);
}

void RecurrentLaunch::loadState(const LaunchArgs& args, size_t input, int64_t d, float* to) const {
  std::fill_n(to, stateFloats_, 0.f);
  const float* from = input < inputs_ ? static_cast<const float*>(args.inputs[input]) : nullptr;
  for (int64_t i = 0; from && i < batch_; ++i)
    std::copy_n(from + (d * batch_ + i) * p_.hidden, p_.hidden, to + i * padded_);
}

// Entry `index` of an output [..., batch, hidden], where it is wanted.
void RecurrentLaunch::storeState(const LaunchArgs& args, size_t output, int64_t index,
                                 const float* from) const {
  float* to = output < outputs_ ? static_cast<float*>(args.outputs[output]) : nullptr;
  for (int64_t i = 0; to && i < batch_; ++i)
    std::copy_n(from + i * padded_, p_.hidden, to + (index * batch_ + i) * p_.hidden);
}

void RecurrentLaunch::runDirection(const LaunchArgs& args, int64_t index) const {
  Direction d = direction(index);
  Buffers b = buffers(args);
  const float* x = static_cast<const float*>(args.inputs[kX]);
  int64_t blocks = p_.blocks();
  constexpr int64_t kProducts = 64 * 1024;  // per step and thread, for company to pay
  auto grain = [&](int64_t products) { return kProducts / std::max<int64_t>(products, 1) + 1; };
  parallelFor(blocks, grain(steps_ * batch_ * p_.inputs * p_.width()), [&](int64_t from, int64_t to) {
    for (int64_t block = from; block < to; ++block) projectInput(d, x, b, block);
  });
  int64_t rounds = resetFirst_ ? 2 : 1;  // of a step
  parallelRounds(threadsFor(blocks, grain(batch_ * p_.hidden * p_.width())), steps_ * rounds, blocks,
                 [&](int64_t round, int64_t block) {
                   if (lstm_) return stepLstm(d, b, round, block);
                   if (resetFirst_ && round % 2 == 0) return resetState(d, b, round / 2, block);
                   stepGru(d, b, round / rounds, block);
                 });
}

void RecurrentLaunch::run(const LaunchArgs& args) {
  Buffers b = buffers(args);
  for (int64_t d = 0; d < p_.directions; ++d) {
    std::fill_n(b.hidden[1], stateFloats_, 0.f);
    loadState(args, kInitialH, d, b.hidden[0]);
    loadState(args, kInitialC, d, b.cell);
    runDirection(args, d);
    storeState(args, 1, d, b.hidden[steps_ & 1]);
    storeState(args, 2, d, b.cell);
  }
}

}  // namespace

RecurrentWeights describeWeights(const Node& node, Descs in) {
  RecurrentWeights p;
  p.gates = node.is("LSTM") ? 4 : 3;
  p.directions = in[kW].shape[0];
  p.inputs = in[kW].shape[2];
  p.hidden = in[kR].shape[2];
  return p;
}

std::unique_ptr<Launch> prepareRecurrent(const Node& node, const RecurrentWeights& packed,
                                         const float* weights, Descs in) {
  return std::make_unique<RecurrentLaunch>(node, packed, weights, in);
}

}  // namespace tenfold::cpu
