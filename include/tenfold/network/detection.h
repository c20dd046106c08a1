// SPDX-License-Identifier: Apache-2.0
// Non-maximum suppression.
#ifndef TENFOLD_NETWORK_DETECTION_H_
#define TENFOLD_NETWORK_DETECTION_H_

#include "../abi/shape.h"
#include "layer.h"

namespace nvinfer1 {

//! How a box is written.
enum class BoundingBoxFormat : int32_t {
  kCORNER_PAIRS = 0,  //!< (x1, y1, x2, y2), two opposite corners
  kCENTER_SIZES = 1,  //!< (x centre, y centre, width, height)
};

template <>
constexpr inline int32_t EnumMax<BoundingBoxFormat>() noexcept {
  return 2;
}

//! Non-maximum suppression: input 0 has boxes, [N, number, 1 or classes, 4], input 1 scores, [N, number,
//! classes], input 2 the most boxes for each class, a scalar. Optional inputs are 3, the least overlap to
//! suppress at, and 4, the least score. Output 0 has the boxes kept as (batch, class, box), [kept, 3], output
//! 1 their number.
class INMSLayer : public ILayer {
 public:
  //! Inputs in the order described for the class.
  using ILayer::setInput;

  //! Sets how boxes are written; kCORNER_PAIRS by default.
  void setBoundingBoxFormat(BoundingBoxFormat fmt) noexcept { mImpl->setBoundingBoxFormat(fmt); }

  //! What setBoundingBoxFormat() set; kCORNER_PAIRS by default.
  BoundingBoxFormat getBoundingBoxFormat() const noexcept { return mImpl->getBoundingBoxFormat(); }

  //! Sets how many boxes of each image are considered at most, those of the highest scores; 2000 by default.
  void setTopKBoxLimit(int32_t limit) noexcept { mImpl->setTopKBoxLimit(limit); }

  //! What setTopKBoxLimit() set; 2000 by default.
  int32_t getTopKBoxLimit() const noexcept { return mImpl->getTopKBoxLimit(); }

  //! Sets the type of the indices: kINT32 or kINT64; kINT32 by default. False for others.
  bool setIndicesType(DataType type) noexcept { return mImpl->setIndicesType(type); }

  //! What setIndicesType() set; kINT32 by default.
  DataType getIndicesType() const noexcept { return mImpl->getIndicesType(); }

 protected:
  virtual ~INMSLayer() noexcept = default;
  apiv::VNMSLayer* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_DETECTION_H_
