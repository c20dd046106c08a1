#include "targets/cpu/movement/pad.h"

#include <algorithm>
#include <cstring>

#include "targets/cpu/launch_tactic.h"
#include "targets/cpu/parallel.h"
#include "targets/moves.h"
#include "targets/strides.h"

namespace tenfold::cpu {
namespace {

constexpr int64_t kOutside = -1;

// Where position `i` of the padded axis reads an axis of `extent` elements that starts `begin` later.
int64_t sourceOf(const std::string& mode, int64_t i, int64_t begin, int64_t extent) {
  int64_t at = i - begin;
  if (mode == "constant") return at >= 0 && at < extent ? at : kOutside;
  if (extent == 0) return kOutside;
  if (mode == "edge") return std::clamp<int64_t>(at, 0, extent - 1);
  if (mode == "wrap") return ((at % extent) + extent) % extent;
  int64_t period = std::max<int64_t>(1, 2 * (extent - 1));
  at = ((at % period) + period) % period;
  return at < extent ? at : period - at;
}

// For each axis, in the output's memory order, the source offset in elements of each position.
class PadLaunch final : public Launch {
 public:
  PadLaunch(const Node& node, Descs in, Descs out) : bytes_(typeBits(in[0].dtype) / 8) {
    const Shape& shape = in[0].shape;
    int rank = shape.rank();
    std::vector<int64_t> begin = padBegins(in, rank);
    hasValue_ = isPresent(in, 2);
    std::string mode = node.attrs.text("mode", "constant");
    Shape strides = stridesOf(in[0]);
    for (int d : memoryOrder(rank, out[0].layout)) {
      std::vector<int64_t> offsets;
      for (int64_t i = 0; i < out[0].shape[d]; ++i) {
        int64_t s = sourceOf(mode, i, begin[static_cast<size_t>(d)], shape[d]);
        offsets.push_back(s == kOutside ? kOutside : s * strides[d]);
      }
      axes_.push_back(std::move(offsets));
    }
    if (axes_.empty()) axes_.push_back({0});
    rows_ = 1;
    for (size_t d = 0; d + 1 < axes_.size(); ++d) rows_ *= static_cast<int64_t>(axes_[d].size());
    findRun();
  }

  void run(const LaunchArgs& args) override {
    const char* from = static_cast<const char*>(args.inputs[0]);
    char* to = static_cast<char*>(args.outputs[0]);
    char zero[16] = {};
    const char* value = hasValue_ ? static_cast<const char*>(args.inputs[2]) : zero;
    int64_t columns = static_cast<int64_t>(axes_.back().size());
    parallelFor(columns ? rows_ : 0, 64 * 1024 / (columns * bytes_ + 1) + 1, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        int64_t base = rowOffset(row);
        char* line = to + row * columns * bytes_;
        if (base == kOutside)
          fill(line, value, 0, columns);
        else
          copyRow(line, from + base * bytes_, value, columns);
      }
    });
  }

 private:
  // The part of the fastest axis that is one contiguous piece of the source.
  void findRun() {
    const auto& last = axes_.back();
    size_t i = 0;
    while (i < last.size() && last[i] != 0) ++i;
    runBegin_ = runEnd_ = static_cast<int64_t>(i);
    for (int64_t at = 0; i < last.size() && last[i] == at; ++i, ++at) ++runEnd_;
  }
  int64_t rowOffset(int64_t row) const {
    int64_t offset = 0;
    for (size_t d = axes_.size() - 1; d-- > 0;) {
      int64_t extent = static_cast<int64_t>(axes_[d].size()),
              part = axes_[d][static_cast<size_t>(row % extent)];
      if (part == kOutside) return kOutside;
      offset += part;
      row /= extent;
    }
    return offset;
  }
  void fill(char* line, const char* value, int64_t from, int64_t to) const {
    for (int64_t i = from; i < to; ++i) std::memcpy(line + i * bytes_, value, static_cast<size_t>(bytes_));
  }
  void copyRow(char* line, const char* from, const char* value, int64_t columns) const {
    for (int64_t i = 0; i < columns; ++i) {
      if (i == runBegin_ && runEnd_ > runBegin_) {
        std::memcpy(line + i * bytes_, from, static_cast<size_t>((runEnd_ - runBegin_) * bytes_));
        i = runEnd_ - 1;
        continue;
      }
      int64_t at = axes_.back()[static_cast<size_t>(i)];
      std::memcpy(line + i * bytes_, at == kOutside ? value : from + at * bytes_,
                  static_cast<size_t>(bytes_));
    }
  }

  int64_t bytes_, rows_, runBegin_ = 0, runEnd_ = 0;
  bool hasValue_ = false;
  std::vector<std::vector<int64_t>> axes_;
};

std::string refuses(const Node& node, const TuningHint& hint) {
  if (!node.is("Pad")) return "is no Pad";
  if (!isPlainBytes(hint.inputs[0].dtype))
    return fmt::format("elements are {}", typeName(hint.inputs[0].dtype));
  return refusesLaunch<PadLaunch>(node, hint);
}

}  // namespace

const Tactic& padTactic() {
  static const LaunchTactic tactic("pad", refuses, makeLaunch<PadLaunch>);
  return tactic;
}

}  // namespace tenfold::cpu
