// SPDX-License-Identifier: Apache-2.0
// Non-maximum suppression.
#ifndef TENFOLD_NETWORK_DETECTION_H_
#define TENFOLD_NETWORK_DETECTION_H_

#include "../abi/shape.h"
#include "layer.h"

namespace nvinfer1 {

enum class BoundingBoxFormat : int32_t {
  kCORNER_PAIRS = 0,
  kCENTER_SIZES = 1,
};

template <>
constexpr inline int32_t EnumMax<BoundingBoxFormat>() noexcept {
  return 2;
}

class INMSLayer : public ILayer {
 public:
  using ILayer::setInput;

  void setBoundingBoxFormat(BoundingBoxFormat fmt) noexcept { mImpl->setBoundingBoxFormat(fmt); }

  BoundingBoxFormat getBoundingBoxFormat() const noexcept { return mImpl->getBoundingBoxFormat(); }

  void setTopKBoxLimit(int32_t limit) noexcept { mImpl->setTopKBoxLimit(limit); }

  int32_t getTopKBoxLimit() const noexcept { return mImpl->getTopKBoxLimit(); }

  bool setIndicesType(DataType type) noexcept { return mImpl->setIndicesType(type); }

  DataType getIndicesType() const noexcept { return mImpl->getIndicesType(); }

 protected:
  virtual ~INMSLayer() noexcept = default;
  apiv::VNMSLayer* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_DETECTION_H_
