#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "gpu_kernels.h"

namespace tenfold::bench {
namespace {

constexpr double kCacheBytes = 3 * 60e6;  // three times the L2 of an H200
constexpr double kMostCopies = 32;

bool isLast(const KernelCase& c, const Tensor& t) { return c.channelsLast && t.rank() >= 3 && t.rank() <= 5; }

}  // namespace

Operands::Operands(const KernelCase& c, Target& gpu)
    : parsed_(parseCase(c.text, size_t{1} << 33)), gpu_(gpu) {
  for (const Value* v : node().inputs) {
    if (!v) {
      inputs_.emplace_back();
      hint_.inputs.emplace_back();
      continue;
    }
    size_t i = 0;
    while (!v->isConstant() && parsed_.graph->inputs.at(i) != v) ++i;
    inputs_.push_back(v->isConstant() ? v->constant : parsed_.inputs[i]);
    bool known = v->isConstant() || isInteger(v->dtype);
    bool last = !v->isConstant() && isLast(c, inputs_.back());
    hint_.inputs.push_back({v->dtype, inputs_.back().shape(), last ? Layout::kChannelsLast : Layout::kPlain,
                            known ? inputs_.back().data() : nullptr});
    bytes_ += static_cast<double>(inputs_.back().bytes());
  }
  for (const Value* v : node().outputs) {
    Tensor t(v->dtype, *constantShape(*v->shape));
    hint_.outputs.push_back(
        {v->dtype, t.shape(), isLast(c, t) ? Layout::kChannelsLast : Layout::kPlain, nullptr});
    bytes_ += static_cast<double>(t.bytes());
  }
}

void Operands::makeCopies() {
  double wanted = std::clamp(std::ceil(kCacheBytes / std::max(bytes_, 1.0)), 2.0, kMostCopies);
  while (copies_.size() < static_cast<size_t>(wanted)) copies_.push_back(makeCopy());
}

Operands::~Operands() {
  for (void* m : memory_) gpu_.release(m);
}

void* Operands::upload(const Tensor& t) {
  memory_.push_back(gpu_.allocate(std::max<size_t>(t.bytes(), 16)));
  if (t.bytes()) gpu_.copy(memory_.back(), t.data(), t.bytes(), nullptr);
  return memory_.back();
}

Operands::Copy Operands::makeCopy() {
  Copy copy;
  for (const Tensor& t : inputs_) copy.inputs.push_back(t.defined() ? upload(t) : nullptr);
  for (const TensorDesc& d : hint_.outputs) copy.outputs.push_back(upload(Tensor(d.dtype, d.shape)));
  return copy;
}

double Operands::time(const Kernel& kernel) {
  if (copies_.empty()) makeCopies();
  auto launch = kernel.prepare(hint_.inputs, hint_.outputs);
  void* workspace = gpu_.allocate(std::max<size_t>(launch->workspaceBytes(), 16));
  auto round = [&](StreamHandle stream) {
    for (Copy& c : copies_) launch->run({c.inputs.data(), c.outputs.data(), workspace, stream, nullptr});
  };
  try {
    double seconds = gpu_.time(round, 5) / static_cast<double>(copies_.size());
    gpu_.release(workspace);
    return seconds;
  } catch (...) {
    gpu_.release(workspace);
    throw;
  }
}

std::vector<Tensor> Operands::results() const {
  std::vector<Tensor> results;
  for (size_t i = 0; i < hint_.outputs.size(); ++i) {
    Tensor t(hint_.outputs[i].dtype, hint_.outputs[i].shape);
    gpu_.copy(t.data(), copies_.back().outputs[i], t.bytes(), nullptr);
    results.push_back(t);
  }
  return results;
}

double difference(const std::vector<Tensor>& got, const std::vector<Tensor>& want) {
  double most = 0, largest = 1e-30;
  for (size_t i = 0; i < want.size(); ++i) {
    int64_t step = std::max<int64_t>(1, want[i].numel() / 100000);  // a sample of large outputs
    for (int64_t e = 0; e < want[i].numel(); e += step) {
      double a = got[i].getDouble(e), b = want[i].getDouble(e);
      if (std::isfinite(b)) largest = std::max(largest, std::fabs(b));
      if (std::isfinite(a) && std::isfinite(b))
        most = std::max(most, std::fabs(a - b));
      else if (!(std::isnan(a) && std::isnan(b)) && a != b)
        return std::numeric_limits<double>::infinity();
    }
  }
  return most / largest;
}

}  // namespace tenfold::bench
