// How far region formation may go for a target.
#pragma once

namespace tenfold {

struct FusionLimits {
  int maxInputs = 16;     // of one region
  int maxNodes = 64;      // in one region's body
  bool pointwise = true;  // regions without an anchor
  bool reductionPrologue = true,
       reductionEpilogue = true;  // pointwise around reductions, softmax, normalization
  bool productEpilogue = true;    // pointwise behind Conv, ConvTranspose, MatMul
};

}  // namespace tenfold
