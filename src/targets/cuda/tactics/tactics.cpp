// Every tactic of the CUDA target, best first.
#include "targets/cuda/cuda_target.h"
#include "targets/cuda/tactics/attention/flash.h"
#include "targets/cuda/tactics/attention/plain.h"
#include "targets/cuda/tactics/call_tactic.h"
#include "targets/cuda/tactics/conv/depthwise.h"
#include "targets/cuda/tactics/conv/depthwise_mma.h"
#include "targets/cuda/tactics/conv/direct.h"
#include "targets/cuda/tactics/conv/few_channels.h"
#include "targets/cuda/tactics/conv/implicit_gemm.h"
#include "targets/cuda/tactics/cublaslt.h"
#ifdef TENFOLD_CUDNN
#include "targets/cuda/tactics/cudnn_attention.h"
#include "targets/cuda/tactics/cudnn_conv.h"
#endif
#include "targets/cuda/tactics/gemm.h"
#include "targets/cuda/tactics/host.h"
#include "targets/cuda/tactics/launch_tactic.h"
#include "targets/cuda/tactics/pointwise.h"
#include "targets/cuda/tactics/recurrent/recurrent.h"
#include "targets/cuda/tactics/rows.h"

namespace tenfold::cuda {
namespace {

constexpr const LaunchFamily* kFamilies[] = {&kMovement, &kPad, &kGather, &kPool, &kResize};
constexpr const CallFamily* kCalls[] = {&kSelection, &kPatterns, &kQuantization,
                                        &kImages,    &kSums,     &kNormalization};

}  // namespace

std::vector<std::unique_ptr<Tactic>> makeTactics(const Device& device) {
  std::vector<std::unique_ptr<Tactic>> tactics;
  tactics.push_back(std::make_unique<CublasLtTactic>(device));
  tactics.push_back(std::make_unique<DepthwiseConvTactic>(device));
  tactics.push_back(std::make_unique<DepthwiseMmaTactic>(device));
  tactics.push_back(std::make_unique<FewChannelsTactic>(device));
  tactics.push_back(std::make_unique<ImplicitGemmTactic>(device));
  tactics.push_back(std::make_unique<DirectConvTactic>(device));
#ifdef TENFOLD_CUDNN
  tactics.push_back(std::make_unique<CudnnConvTactic>(device));
  tactics.push_back(std::make_unique<CudnnAttentionTactic>(device));
#endif
  tactics.push_back(std::make_unique<GemmTactic>(device));
  tactics.push_back(std::make_unique<PointwiseTactic>(device));
  for (const LaunchFamily* family : kFamilies)
    tactics.push_back(std::make_unique<LaunchTactic>(device, *family));
  tactics.push_back(std::make_unique<RowsTactic>(device));
  tactics.push_back(std::make_unique<FlashAttentionTactic>(device));
  tactics.push_back(std::make_unique<PlainAttentionTactic>(device));
  tactics.push_back(std::make_unique<RecurrentTactic>(device));
  for (const CallFamily* family : kCalls) tactics.push_back(std::make_unique<CallTactic>(device, *family));
  tactics.push_back(std::make_unique<HostTactic>());
  return tactics;
}

}  // namespace tenfold::cuda
