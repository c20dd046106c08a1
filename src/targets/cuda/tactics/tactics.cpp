// Every tactic of the CUDA target, best first.
#include "targets/cuda/cuda_target.h"
#include "targets/cuda/tactics/conv/direct.h"
#include "targets/cuda/tactics/cublaslt.h"
#include "targets/cuda/tactics/gather.h"
#include "targets/cuda/tactics/host.h"
#include "targets/cuda/tactics/movement.h"
#include "targets/cuda/tactics/pointwise.h"
#include "targets/cuda/tactics/pool.h"
#include "targets/cuda/tactics/resize.h"
#include "targets/cuda/tactics/rows.h"

namespace tenfold::cuda {

std::vector<std::unique_ptr<Tactic>> makeTactics(const Device& device) {
  std::vector<std::unique_ptr<Tactic>> tactics;
  tactics.push_back(std::make_unique<CublasLtTactic>(device));
  tactics.push_back(std::make_unique<DirectConvTactic>(device));
  tactics.push_back(std::make_unique<PointwiseTactic>(device));
  tactics.push_back(std::make_unique<MovementTactic>(device));
  tactics.push_back(std::make_unique<PadTactic>(device));
  tactics.push_back(std::make_unique<GatherTactic>(device));
  tactics.push_back(std::make_unique<PoolTactic>(device));
  tactics.push_back(std::make_unique<ResizeTactic>(device));
  tactics.push_back(std::make_unique<RowsTactic>(device));
  tactics.push_back(std::make_unique<HostTactic>());
  return tactics;
}

}  // namespace tenfold::cuda
