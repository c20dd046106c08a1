#include "targets/cuda/tactics/tactics.h"

#include "targets/cuda/cuda_target.h"
#include "targets/cuda/tactics/call_tactic.h"
#include "targets/cuda/tactics/generated.h"

namespace tenfold::cuda {

// Best first.
std::vector<std::unique_ptr<Tactic>> makeTactics(const Device& device) {
  std::vector<std::unique_ptr<Tactic>> tactics;
  auto add = [&](const auto&... families) { (tactics.push_back(makeTactic(device, families)), ...); };
  tactics.push_back(makeCublasLt(device));
  add(kDepthwiseConv, kDepthwiseMma, kFewChannels, kFewChannelsPool, kWarpgroupConv, kImplicitGemm,
      kDirectConv);
#ifdef TENFOLD_CUDNN
  tactics.push_back(makeCudnnConv(device));
  tactics.push_back(makeCudnnAttention(device));
#endif
  add(kGemm, kPointwise, kMovement, kPad, kGather, kSqueezeExcite, kPool, kResize, kRowOperators);
  add(kFlashAttention, kPlainAttention, kRecurrent);
  add(kSelection, kPatterns, kQuantization, kImages, kSums, kNormalization, kPacked, kUnique,
      kLinearAttention);
  tactics.push_back(makeHost());
  return tactics;
}

}  // namespace tenfold::cuda
