// Symbolic dimensions as plugins see them.
#pragma once

#include <deque>
#include <vector>

#include "NvInferRuntime.h"
#include "graph/ir/dim.h"

namespace tenfold {

// Builds dimensions for a plugin; the expressions live as long as the builder.
class PluginExpressions final : public nvinfer1::IExprBuilder, public nvinfer1::apiv::VExprBuilder {
 public:
  PluginExpressions() { mImpl = this; }
  const nvinfer1::IDimensionExpr* constant(int64_t value) override { return keep(Dim(value)); }
  const nvinfer1::IDimensionExpr* operation(nvinfer1::DimensionOperation op,
                                            const nvinfer1::IDimensionExpr& first,
                                            const nvinfer1::IDimensionExpr& second) override;
  const nvinfer1::IDimensionExpr* declareSizeTensor(int32_t output, const nvinfer1::IDimensionExpr& opt,
                                                    const nvinfer1::IDimensionExpr& upper) override;
  const nvinfer1::IDimensionExpr* keep(const Dim& dim);
  // What a plugin gave as the shape of an output. Throws Error where it gave none.
  static SymShape shapeOf(const nvinfer1::DimsExprs& dims);

  // What declareSizeTensor was told.
  struct Size {
    int32_t output;
    Dim upper;
  };
  const std::vector<Size>& sizes() const { return sizes_; }

 private:
  class Expression;
  std::deque<std::shared_ptr<Expression>> all_;
  std::vector<Size> sizes_;
};

}  // namespace tenfold
