#include "targets/resize_plan.h"

#include <algorithm>

#include "graph/ir/graph.h"
#include "targets/strides.h"

namespace tenfold {
namespace {

// Of every logical axis.
std::vector<AxisResize> logicalAxes(const Node& node, Descs in, Descs out) {
  const Shape &x = in[0].shape, &y = out[0].shape;
  std::vector<AxisResize> axes;
  for (int d = 0; d < x.rank(); ++d)
    axes.push_back({x[d], y[d], x[d] ? static_cast<double>(y[d]) / static_cast<double>(x[d]) : 1});
  if (!isPresent(in, 2) || in[2].dtype != DataType::kFloat32 || in[2].shape.numel() == 0) return axes;
  if (!in[2].known) fail(ErrorKind::kUnsupported, "the scales are not known before the launch");
  std::vector<int64_t> which = node.attrs.integers("axes");
  for (int64_t i = 0; i < in[2].shape.numel(); ++i) {
    int axis = which.empty() ? static_cast<int>(i) : normalizeAxis(which[static_cast<size_t>(i)], x.rank());
    axes[static_cast<size_t>(axis)].scale = static_cast<const float*>(in[2].known)[i];
  }
  return axes;
}

}  // namespace

ResizePlan::ResizePlan(const Node& node, Descs in, Descs out, int most) {
  if (!node.is("Resize")) fail(ErrorKind::kUnsupported, "is no Resize");
  if (in[0].layout != out[0].layout) fail(ErrorKind::kUnsupported, "the layouts differ");
  if (node.attrs.text("coordinate_transformation_mode", "") == "tf_crop_and_resize" ||
      node.attrs.text("keep_aspect_ratio_policy", "stretch") != "stretch")
    fail(ErrorKind::kUnsupported, "regions, and sizes that keep the aspect ratio");
  std::vector<AxisResize> all = logicalAxes(node, in, out);
  std::vector<int> order = memoryOrder(in[0].shape.rank(), in[0].layout);
  auto changes = [&](int d) { return !all[static_cast<size_t>(d)].isIdentity(); };
  auto first = std::find_if(order.begin(), order.end(), changes);
  auto last = std::find_if(order.rbegin(), order.rend(), changes).base();
  if (first == order.end()) last = first;
  if (last - first > most) fail(ErrorKind::kUnsupported, "the resized axes lie too far apart");
  for (auto it = order.begin(); it != order.end(); ++it) {
    const AxisResize& axis = all[static_cast<size_t>(*it)];
    if (it < first)
      outer *= axis.in;
    else if (it < last)
      axes.push_back(axis);
    else
      inner *= axis.in;
  }
}

}  // namespace tenfold
