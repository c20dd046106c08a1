#include "targets/cuda/cudnn/plan.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <unordered_map>

#include "base/error.h"

namespace tenfold::cuda {
namespace {

// The plans of this process, the oldest forgotten first.
class PlanCache {
 public:
  std::shared_ptr<const DnnPlan> find(const std::string& key) {
    std::lock_guard lock(mutex_);
    auto it = plans_.find(key);
    return it == plans_.end() ? nullptr : it->second;
  }
  std::shared_ptr<const DnnPlan> keep(const std::string& key, std::shared_ptr<const DnnPlan> plan) {
    constexpr size_t kMost = 512;
    std::lock_guard lock(mutex_);
    if (!plans_.emplace(key, plan).second) return plans_.at(key);
    order_.push_back(key);
    if (order_.size() > kMost) {
      plans_.erase(order_.front());
      order_.pop_front();
    }
    return plan;
  }

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const DnnPlan>> plans_;
  std::deque<std::string> order_;
};

PlanCache& planCache() {
  static auto* cache = new PlanCache;  // never destroyed: cuDNN may be gone when the process ends
  return *cache;
}

std::string jsonOf(const Descriptor& plan) {
  std::string text(
      static_cast<size_t>(plan.count(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, CUDNN_TYPE_CHAR)), '\0');
  int64_t length = plan.get(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, CUDNN_TYPE_CHAR,
                            static_cast<int64_t>(text.size()), text.data());
  text.resize(static_cast<size_t>(length));
  return text;
}

}  // namespace

DnnPlan::DnnPlan(const OperationGraph& graph, const DnnEngine& engine)
    : plan_(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR) {
  if (graph.absentDevice())
    plan_.set(CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, *graph.absentDevice());
  else
    plan_.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, cudnnThreadHandle());
  plan_.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, engine.config);
  plan_.finalize();
  workspace_ = static_cast<size_t>(plan_.integer(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE));
  json_ = jsonOf(plan_);
}

DnnPlan::DnnPlan(const std::string& json) : plan_(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR), json_(json) {
  plan_.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, cudnnThreadHandle());
  plan_.set(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, static_cast<int64_t>(json.size()),
            json.data());
  plan_.finalize();
  workspace_ = static_cast<size_t>(plan_.integer(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE));
}

void DnnPlan::execute(const Descriptor& variantPack, void* stream) const {
  cudnnHandle_t handle = cudnnThreadHandle();
  std::lock_guard lock(mutex_);
  check(cudnn().cudnnSetStream(handle, static_cast<cudaStream_t>(stream)), "cudnnSetStream");
  check(cudnn().cudnnBackendExecute(handle, plan_.get(), variantPack.get()), "cudnnBackendExecute");
}

std::shared_ptr<const DnnPlan> sharedPlan(const OperationGraph& graph, const DnnEngine& engine) {
  std::string key = graph.text() + engine.name;
  if (auto known = planCache().find(key)) return known;
  return planCache().keep(key, std::make_shared<DnnPlan>(graph, engine));
}

std::shared_ptr<const DnnPlan> sharedPlan(const std::string& text, const std::string& name,
                                          const std::string& json) {
  std::string key = text + name;
  if (auto known = planCache().find(key)) return known;
  return planCache().keep(key, std::make_shared<DnnPlan>(json));
}

DnnLaunch::DnnLaunch(std::shared_ptr<const DnnPlan> plan, std::vector<OperationGraph::Tensor> tensors,
                     std::vector<OperationGraph::Scalar> scalars)
    : plan_(std::move(plan)), scalars_(std::move(scalars)) {
  for (OperationGraph::Tensor t : tensors) ids_.push_back(OperationGraph::idOf(t));
  for (const auto& s : scalars_) ids_.push_back(OperationGraph::idOf(s.tensor));
}

void DnnLaunch::run(std::span<void* const> addresses, void* workspace, void* stream) {
  bool known =
      pack_ && workspace == workspace_ && std::equal(addresses.begin(), addresses.end(), addresses_.begin());
  if (!known) {
    addresses_.assign(addresses.begin(), addresses.end());
    for (auto& s : scalars_) addresses_.push_back(&s.value);
    workspace_ = workspace;
    pack_ = Descriptor(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
    pack_.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, std::span<const int64_t>(ids_));
    pack_.set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, std::span<void* const>(addresses_));
    pack_.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, std::span<void* const>(&workspace_, 1));
    pack_.finalize();
  }
  plan_->execute(pack_, stream);
}

}  // namespace tenfold::cuda
