#include "targets/cpu/resize/resize.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/error.h"
#include "targets/cpu/launch_tactic.h"
#include "targets/cpu/parallel.h"
#include "targets/cpu/rows/row_functions.h"
#include "targets/cpu/workspace.h"
#include "targets/resize_plan.h"

namespace tenfold::cpu {
namespace {

// A resized axis: for output element i, taps [first[i], first[i + 1]).
struct Axis {
  int64_t in = 1, out = 1;
  std::vector<int64_t> first{0, 1}, position{0};
  std::vector<float> weight{1};
  bool copies() const {
    return static_cast<int64_t>(position.size()) == out &&
           std::all_of(weight.begin(), weight.end(), [](float w) { return w == 1; });
  }
};

Axis makeAxis(const Attributes& attrs, const AxisResize& plan) {
  Axis axis{plan.in, plan.out, {0}, {}, {}};
  if (plan.isIdentity()) {
    for (int64_t i = 0; i < plan.out; ++i)
      axis.position.push_back(i), axis.weight.push_back(1), axis.first.push_back(i + 1);
    return axis;
  }
  for (const Taps& taps : resizeTaps(attrs, plan)) {
    if (taps.outside) fail(ErrorKind::kUnsupported, "positions outside the region");
    for (const Tap& t : taps.taps) {
      if (t.weight == 0 && taps.taps.size() > 1) continue;
      axis.position.push_back(t.position);
      axis.weight.push_back(static_cast<float>(t.weight));
    }
    axis.first.push_back(static_cast<int64_t>(axis.position.size()));
  }
  return axis;
}

class ResizeLaunch final : public Launch {
 public:
  ResizeLaunch(const Node& node, Descs in, Descs out);
  size_t workspaceBytes() const override {
    return copies_ ? 0 : lineBytes() * static_cast<size_t>(threadLimit());
  }
  void run(const LaunchArgs& args) override;

 private:
  size_t lineBytes() const { return wholeLines(static_cast<size_t>(axes_[2].in * inner_) * sizeof(float)); }
  void combineLines(const float* from, int64_t depth, int64_t height, float* line) const;
  void resizeLine(const float* line, float* to) const;

  std::array<Axis, 3> axes_;  // slowest first; the last is along a line
  int64_t outer_ = 1, inner_ = 1;
  bool copies_ = true;
};

ResizeLaunch::ResizeLaunch(const Node& node, Descs in, Descs out) {
  if (in[0].dtype != DataType::kFloat32)
    fail(ErrorKind::kUnsupported, "elements are {}", typeName(in[0].dtype));
  ResizePlan plan(node, in, out, static_cast<int>(axes_.size()));
  size_t place = axes_.size() - plan.axes.size();
  for (const AxisResize& axis : plan.axes) axes_[place++] = makeAxis(node.attrs, axis);
  outer_ = plan.outer;
  inner_ = plan.inner;
  for (const Axis& a : axes_) copies_ = copies_ && a.copies();
}

// The weighted sum of the input lines that an output line is made of.
void ResizeLaunch::combineLines(const float* from, int64_t depth, int64_t height, float* line) const {
  const Axis &a = axes_[0], &b = axes_[1];
  int64_t n = axes_[2].in * inner_;
  bool fresh = true;
  for (int64_t i = a.first[static_cast<size_t>(depth)]; i < a.first[static_cast<size_t>(depth) + 1]; ++i)
    for (int64_t j = b.first[static_cast<size_t>(height)]; j < b.first[static_cast<size_t>(height) + 1];
         ++j) {
      auto p = static_cast<size_t>(i), q = static_cast<size_t>(j);
      const float* source = from + (a.position[p] * b.in + b.position[q]) * n;
      float weight = a.weight[p] * b.weight[q];
      if (fresh)
        rowFunctions().affine(source, line, n, weight, 0);
      else
        rowFunctions().addScaled(line, source, n, weight);
      fresh = false;
    }
}

void ResizeLaunch::resizeLine(const float* line, float* to) const {
  const Axis& w = axes_[2];
  for (int64_t i = 0; i < w.out; ++i) {
    size_t begin = static_cast<size_t>(w.first[static_cast<size_t>(i)]),
           end = static_cast<size_t>(w.first[static_cast<size_t>(i) + 1]);
    float* out = to + i * inner_;
    if (inner_ == 1) {
      float sum = 0;
      for (size_t t = begin; t < end; ++t) sum += w.weight[t] * line[w.position[t]];
      *out = sum;
      continue;
    }
    rowFunctions().affine(line + w.position[begin] * inner_, out, inner_, w.weight[begin], 0);
    for (size_t t = begin + 1; t < end; ++t)
      rowFunctions().addScaled(out, line + w.position[t] * inner_, inner_, w.weight[t]);
  }
}

void ResizeLaunch::run(const LaunchArgs& args) {
  const float* in = static_cast<const float*>(args.inputs[0]);
  float* out = static_cast<float*>(args.outputs[0]);
  const Axis &a = axes_[0], &b = axes_[1], &w = axes_[2];
  int64_t lines = outer_ * a.out * b.out, lineOut = w.out * inner_, plane = a.in * b.in * w.in * inner_;
  if (lineOut == 0) return;
  int threads = threadsFor(lines, 16 * 1024 / lineOut + 1);
  onThreads(threads, [&](int t) {
    float* line =
        reinterpret_cast<float*>(static_cast<char*>(args.workspace) + static_cast<size_t>(t) * lineBytes());
    for (int64_t l = lines * t / threads; l < lines * (t + 1) / threads; ++l) {
      int64_t depth = l / b.out % a.out, height = l % b.out;
      const float* from = in + l / (a.out * b.out) * plane;
      float* to = out + l * lineOut;
      if (!copies_) {
        combineLines(from, depth, height, line);
        resizeLine(line, to);
        continue;
      }
      from += (a.position[static_cast<size_t>(depth)] * b.in + b.position[static_cast<size_t>(height)]) *
              w.in * inner_;
      for (int64_t i = 0; i < w.out; ++i) {
        const float* source = from + w.position[static_cast<size_t>(i)] * inner_;
        if (inner_ == 1)
          to[i] = *source;
        else
          std::memcpy(to + i * inner_, source, static_cast<size_t>(inner_) * sizeof(float));
      }
    }
  });
}

}  // namespace

const Tactic& resizeTactic() {
  static const LaunchTactic tactic("resize", refusesLaunch<ResizeLaunch>, makeLaunch<ResizeLaunch>);
  return tactic;
}

}  // namespace tenfold::cpu
