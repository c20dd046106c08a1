#include "plugin/expressions.h"

#include <limits>

#include "base/error.h"
#include "graph/ops/plugin_shapes.h"

namespace tenfold {

namespace nv = nvinfer1;

class PluginExpressions::Expression final : public nv::IDimensionExpr, public nv::apiv::VDimensionExpr {
 public:
  Expression(Dim value, bool isSize) : dim(std::move(value)), isSize_(isSize) { mImpl = this; }
  bool isConstant() const override { return dim.isConstant(); }
  int64_t getConstantValue() const override {
    return dim.tryConstant().value_or(std::numeric_limits<int64_t>::min());
  }
  bool isSizeTensor() const override { return isSize_; }
  const Dim dim;

 private:
  bool isSize_;
};

namespace {

// 1 where it holds, else 0, by minimum and maximum.
Dim less(const Dim& a, const Dim& b) { return Dim::max(Dim(0), Dim::min(b - a, Dim(1))); }

}  // namespace

const nv::IDimensionExpr* PluginExpressions::keep(const Dim& dim) {
  all_.push_back(std::make_shared<Expression>(dim, false));
  return all_.back().get();
}

const nv::IDimensionExpr* PluginExpressions::operation(nv::DimensionOperation op,
                                                       const nv::IDimensionExpr& first,
                                                       const nv::IDimensionExpr& second) {
  const Dim& a = static_cast<const Expression&>(first).dim;
  const Dim& b = static_cast<const Expression&>(second).dim;
  switch (op) {
    case nv::DimensionOperation::kSUM:
      return keep(a + b);
    case nv::DimensionOperation::kPROD:
      return keep(a * b);
    case nv::DimensionOperation::kMAX:
      return keep(Dim::max(a, b));
    case nv::DimensionOperation::kMIN:
      return keep(Dim::min(a, b));
    case nv::DimensionOperation::kSUB:
      return keep(a - b);
    case nv::DimensionOperation::kFLOOR_DIV:
      return keep(Dim::floorDiv(a, b));
    case nv::DimensionOperation::kCEIL_DIV:
      return keep(Dim::ceilDiv(a, b));
    case nv::DimensionOperation::kEQUAL:
      return keep(Dim(1) - less(a, b) - less(b, a));
    case nv::DimensionOperation::kLESS:
      return keep(less(a, b));
  }
  return nullptr;
}

const nv::IDimensionExpr* PluginExpressions::declareSizeTensor(int32_t output, const nv::IDimensionExpr&,
                                                               const nv::IDimensionExpr& upper) {
  Dim dim = pluginSize(sizes_.size());
  sizes_.push_back({output, static_cast<const Expression&>(upper).dim});
  all_.push_back(std::make_shared<Expression>(dim, true));
  return all_.back().get();
}

SymShape PluginExpressions::shapeOf(const nv::DimsExprs& dims) {
  SymShape shape;
  require(dims.nbDims >= 0 && dims.nbDims <= nv::Dims::MAX_DIMS, "the plugin gave an output {} dimensions",
          dims.nbDims);
  for (int32_t i = 0; i < dims.nbDims; ++i) {
    require(dims.d[i] != nullptr, "the plugin gave no dimension {}", i);
    shape.push_back(static_cast<const Expression*>(dims.d[i])->dim);
  }
  return shape;
}

}  // namespace tenfold
