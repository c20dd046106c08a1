// SPDX-License-Identifier: Apache-2.0
// Parameter blocks of the built-in detection plugins.
#ifndef NV_INFER_PLUGIN_UTILS_H
#define NV_INFER_PLUGIN_UTILS_H

#include "NvInferRuntimeCommon.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {
namespace plugin {

//! Parameters of PriorBox, which makes the default boxes of a single-shot detector.
struct PriorBoxParameters {
  //! Least box sizes, in pixels.
  float* minSize;
  //! Greatest box sizes, in pixels; may be null.
  float* maxSize;
  //! Aspect ratios of the boxes.
  float* aspectRatios;
  //! Number of least sizes.
  int32_t numMinSize;
  //! Number of greatest sizes.
  int32_t numMaxSize;
  //! Number of aspect ratios.
  int32_t numAspectRatios;
  //! Whether 1 / ratio is added for each ratio.
  bool flip;
  //! Whether boxes are cut at the image's edge.
  bool clip;
  //! Variances by which box regressions are scaled.
  float variance[4];
  //! Height of the image; 0 takes that of the data.
  int32_t imgH;
  //! Width of the image; 0 takes that of the data.
  int32_t imgW;
  //! Vertical distance of boxes; 0 takes image height / layer height.
  float stepH;
  //! Horizontal distance of boxes; 0 takes image width / layer width.
  float stepW;
  //! Place of the first box within its cell.
  float offset;
};

//! Parameters of RPROI, which makes region proposals and pools them.
struct RPROIParams {
  //! Height of a pooled region.
  int32_t poolingH;
  //! Width of a pooled region.
  int32_t poolingW;
  //! Size of the image / size of the feature map.
  int32_t featureStride;
  //! Number of proposals before suppression.
  int32_t preNmsTop;
  //! Number of proposals after suppression.
  int32_t nmsMaxOut;
  //! Number of anchor ratios.
  int32_t anchorsRatioCount;
  //! Number of anchor scales.
  int32_t anchorsScaleCount;
  //! Overlap from which a proposal is suppressed.
  float iouThreshold;
  //! Least size of a proposal, in pixels.
  float minBoxSize;
  //! Scale from image to feature map.
  float spatialScale;
};

//! Parameters of GridAnchor, which makes anchor boxes on a grid.
struct GridAnchorParameters {
  //! Scale of the anchors of the first layer.
  float minSize;
  //! Scale of the anchors of the last layer.
  float maxSize;
  //! Aspect ratios of the anchors.
  float* aspectRatios;
  //! Number of aspect ratios.
  int32_t numAspectRatios;
  //! Height of the grid.
  int32_t H;
  //! Width of the grid.
  int32_t W;
  //! Variances by which box regressions are scaled.
  float variance[4];
};

//! How box regressions of a single-shot detector are encoded.
enum class CodeTypeSSD : int32_t {
  CORNER TRT_DEPRECATED_ENUM = 0,       //!< offsets of corners
  CENTER_SIZE TRT_DEPRECATED_ENUM = 1,  //!< offset of the centre, logarithm of the size
  CORNER_SIZE TRT_DEPRECATED_ENUM = 2,  //!< offsets of corners in units of the size
  TF_CENTER TRT_DEPRECATED_ENUM = 3,    //!< as CENTER_SIZE, in the order y, x, height, width
};

//! Parameters of DetectionOutput, which decodes boxes and suppresses overlapping ones.
struct TRT_DEPRECATED DetectionOutputParameters {
  //! Whether all classes share a box.
  bool shareLocation;
  //! Whether regressions are already scaled by the variances.
  bool varianceEncodedInTarget;
  //! Class of the background; -1 for none.
  int32_t backgroundLabelId;
  //! Number of classes.
  int32_t numClasses;
  //! Number of boxes before suppression.
  int32_t topK;
  //! Number of boxes after suppression, for an image.
  int32_t keepTopK;
  //! Least score of a box.
  float confidenceThreshold;
  //! Overlap from which a box is suppressed.
  float nmsThreshold;
  //! How regressions are encoded.
  CodeTypeSSD codeType;
  //! Indices of the inputs for locations, scores and default boxes.
  int32_t inputOrder[3];
  //! Whether scores are passed through a sigmoid.
  bool confSigmoid;
  //! Whether boxes are in units of the image size.
  bool isNormalized;
  //! Whether default boxes are the same for the whole batch.
  bool isBatchAgnostic{true};
};

//! A tree of classes, soft-maxed within each group of siblings.
struct softmaxTree {
  //! Whether each class is a leaf.
  int32_t* leaf;
  //! Number of classes.
  int32_t n;
  //! Parent of each class; -1 for none.
  int32_t* parent;
  //! First group of children of each class; -1 for none.
  int32_t* child;
  //! Group of each class.
  int32_t* group;
  //! Name of each class.
  char** name;
  //! Number of groups.
  int32_t groups;
  //! Number of classes in each group.
  int32_t* groupSize;
  //! First class of each group.
  int32_t* groupOffset;
};

//! Parameters of Region, the output layer of the second YOLO.
struct RegionParameters {
  //! Number of boxes for each cell.
  int32_t num;
  //! Number of coordinates for each box.
  int32_t coords;
  //! Number of classes.
  int32_t classes;
  //! Tree of classes; null for one soft-max of all.
  softmaxTree* smTree;
};

//! Parameters of BatchedNMS, which suppresses overlapping boxes.
struct TRT_DEPRECATED NMSParameters {
  //! Whether all classes share a box.
  bool shareLocation;
  //! Class of the background; -1 for none.
  int32_t backgroundLabelId;
  //! Number of classes.
  int32_t numClasses;
  //! Number of boxes before suppression.
  int32_t topK;
  //! Number of boxes after suppression, for an image.
  int32_t keepTopK;
  //! Least score of a box.
  float scoreThreshold;
  //! Overlap from which a box is suppressed.
  float iouThreshold;
  //! Whether boxes are in units of the image size.
  bool isNormalized;
};

}  // namespace plugin
}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // NV_INFER_PLUGIN_UTILS_H
