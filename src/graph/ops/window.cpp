#include "graph/ops/window.h"

#include <algorithm>

#include "base/error.h"

namespace tenfold {
namespace {

std::vector<int64_t> perAxis(const Attributes& attrs, const char* name, size_t count, int64_t fallback) {
  std::vector<int64_t> values = attrs.integers(name);
  if (values.empty()) values.assign(count, fallback);
  require(values.size() == count, "attribute {} has {} elements, expected {}", name, values.size(), count);
  return values;
}

Window commonWindow(const Attributes& attrs, const SymShape& spatial, const SymShape& kernel) {
  size_t rank = spatial.size();
  require(kernel.size() == rank, "the kernel has {} spatial axes, the input has {}", kernel.size(), rank);
  Window w;
  w.strides = perAxis(attrs, "strides", rank, 1);
  w.dilations = perAxis(attrs, "dilations", rank, 1);
  for (size_t i = 0; i < rank; ++i)
    require(w.strides[i] > 0 && w.dilations[i] > 0, "strides and dilations must be positive");
  w.in = spatial;
  w.kernel = kernel;
  std::vector<int64_t> pads = perAxis(attrs, "pads", 2 * rank, 0);
  w.padBegin.assign(pads.begin(), pads.begin() + static_cast<int64_t>(rank));
  w.padEnd.assign(pads.begin() + static_cast<int64_t>(rank), pads.end());
  return w;
}

std::string autoPad(const Attributes& attrs) {
  std::string mode = attrs.text("auto_pad", "NOTSET");
  require(mode == "NOTSET" || mode == "VALID" || mode == "SAME_UPPER" || mode == "SAME_LOWER",
          "auto_pad is '{}'; NOTSET, VALID, SAME_UPPER and SAME_LOWER are known", mode);
  return mode;
}

// What the kernel covers along axis i.
Dim reach(const Window& w, size_t i) { return (w.kernel[i] - 1) * w.dilations[i] + 1; }

void splitPadding(Window& w, size_t i, const Dim& total, bool lessAtBegin) {
  Dim half = Dim::floorDiv(total, 2);
  w.padBegin[i] = lessAtBegin ? half : total - half;
  w.padEnd[i] = lessAtBegin ? total - half : half;
}

Dim windowCount(const Window& w, size_t i, bool ceilMode) {
  Dim room = w.in[i] + w.padBegin[i] + w.padEnd[i] - reach(w, i);
  if (auto c = room.tryConstant())
    require(*c >= 0 || ceilMode, "a window that reaches over {} does not fit {} padded by {} and {}",
            reach(w, i).str(), w.in[i].str(), w.padBegin[i].str(), w.padEnd[i].str());
  if (!ceilMode) return Dim::floorDiv(room, w.strides[i]) + 1;
  Dim count = Dim::ceilDiv(room, w.strides[i]) + 1;
  // Windows that would start in the padding at the end do not count.
  auto margin = (w.padEnd[i] + w.strides[i] - reach(w, i)).tryConstant();
  if (margin && *margin <= 0) return count;
  return Dim::min(count, Dim::ceilDiv(w.in[i] + w.padBegin[i], w.strides[i]));
}

}  // namespace

SymShape spatialAxes(const SymShape& shape) {
  require(shape.size() >= 2, "a tensor of shape {} has no batch and channels before its spatial axes",
          str(shape));
  return SymShape(shape.begin() + 2, shape.end());
}

SymShape kernelShape(const Attributes& attrs, size_t spatialRank) {
  std::vector<int64_t> kernel = attrs.integers("kernel_shape");
  require(kernel.size() == spatialRank, "kernel_shape has {} elements, expected {}", kernel.size(),
          spatialRank);
  for (int64_t extent : kernel)
    require(extent > 0, "kernel_shape has the extent {}; it must be 1 or more", extent);
  return SymShape(kernel.begin(), kernel.end());
}

Window slidingWindow(const Attributes& attrs, const SymShape& spatial, const SymShape& kernel) {
  Window w = commonWindow(attrs, spatial, kernel);
  std::string mode = autoPad(attrs);
  bool ceilMode = attrs.integer("ceil_mode", 0) != 0;
  for (size_t i = 0; i < spatial.size(); ++i) {
    if (mode == "VALID") w.padBegin[i] = w.padEnd[i] = Dim(0);
    if (mode == "NOTSET" || mode == "VALID") {
      w.out.push_back(windowCount(w, i, ceilMode));
    } else {
      w.out.push_back(Dim::ceilDiv(w.in[i], w.strides[i]));
      Dim total = (w.out[i] - 1) * w.strides[i] + reach(w, i) - w.in[i];
      splitPadding(w, i, Dim::max(total, 0), mode == "SAME_UPPER");
    }
  }
  return w;
}

Window transposedWindow(const Attributes& attrs, const SymShape& spatial, const SymShape& kernel) {
  Window w = commonWindow(attrs, spatial, kernel);
  std::string mode = autoPad(attrs);
  size_t rank = spatial.size();
  std::vector<int64_t> extra = perAxis(attrs, "output_padding", rank, 0);
  std::vector<int64_t> wanted = attrs.integers("output_shape");
  require(wanted.empty() || wanted.size() >= rank, "output_shape has {} elements, expected {}", wanted.size(),
          rank);
  for (size_t i = 0; i < rank; ++i) {
    Dim full = (w.in[i] - 1) * w.strides[i] + extra[i] + reach(w, i);
    if (mode == "VALID") w.padBegin[i] = w.padEnd[i] = Dim(0);
    if (wanted.empty() && (mode == "NOTSET" || mode == "VALID")) {
      w.out.push_back(full - w.padBegin[i] - w.padEnd[i]);
      continue;
    }
    w.out.push_back(wanted.empty() ? w.in[i] * w.strides[i] : Dim(wanted[wanted.size() - rank + i]));
    splitPadding(w, i, Dim::max(full - w.out[i], 0), mode == "SAME_UPPER");
  }
  return w;
}

namespace {
// Calls coordinate(axis, output, tap) for every entry of the tables.
template <typename F>
std::vector<std::vector<int64_t>> tabulate(const Shape& out, const Shape& kernel, F coordinate) {
  std::vector<std::vector<int64_t>> tables;
  for (int axis = 0; axis < out.rank(); ++axis) {
    std::vector<int64_t>& table = tables.emplace_back();
    for (int64_t o = 0; o < out[axis]; ++o)
      for (int64_t t = 0; t < kernel[axis]; ++t) table.push_back(coordinate(static_cast<size_t>(axis), o, t));
  }
  return tables;
}
}  // namespace

WindowTaps WindowTaps::of(const Window& w) {
  WindowTaps taps;
  taps.in_ = evalShape(w.in, {});
  taps.kernel_ = evalShape(w.kernel, {});
  taps.out_ = evalShape(w.out, {});
  Shape begin = evalShape(w.padBegin, {}), end = evalShape(w.padEnd, {});
  taps.coordinate_ = tabulate(taps.out_, taps.kernel_, [&](size_t axis, int64_t o, int64_t t) {
    int a = static_cast<int>(axis);
    int64_t at = o * w.strides[axis] + t * w.dilations[axis] - begin[a];
    if (at >= taps.in_[a] + end[a]) return kOutside;
    return at < 0 || at >= taps.in_[a] ? kPadding : at;
  });
  return taps;
}

WindowTaps WindowTaps::transposed(const Window& w) {
  WindowTaps taps;
  taps.in_ = evalShape(w.in, {});
  taps.kernel_ = evalShape(w.kernel, {});
  taps.out_ = evalShape(w.out, {});
  Shape begin = evalShape(w.padBegin, {});
  taps.coordinate_ = tabulate(taps.out_, taps.kernel_, [&](size_t axis, int64_t o, int64_t t) {
    int a = static_cast<int>(axis);
    int64_t at = o + begin[a] - t * w.dilations[axis];
    if (at < 0 || at % w.strides[axis] != 0) return kPadding;
    return at / w.strides[axis] < taps.in_[a] ? at / w.strides[axis] : kPadding;
  });
  return taps;
}

void WindowTaps::offsets(int64_t begin, int64_t n, int64_t* offsets) const {
  int rank = out_.rank();
  int64_t count = taps();
  Shape strides = contiguousStrides(in_);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t tap = 0; tap < count; ++tap) {
      int64_t position = begin + i, rest = tap, offset = 0;
      for (int axis = rank - 1; axis >= 0; --axis) {
        const auto& table = coordinate_[static_cast<size_t>(axis)];
        int64_t at = table[static_cast<size_t>(position % out_[axis] * kernel_[axis] + rest % kernel_[axis])];
        if (at < 0)
          offset = offset < 0 ? std::min(offset, at) : at;
        else if (offset >= 0)
          offset += at * strides[axis];
        position /= out_[axis];
        rest /= kernel_[axis];
      }
      offsets[tap * n + i] = offset;
    }
}

}  // namespace tenfold
