#include "targets/cpu/sequence.h"

#include <algorithm>
#include <unordered_map>

#include "base/error.h"
#include "graph/ops/infer.h"
#include "targets/cpu/launch_tactic.h"
#include "targets/cpu/workspace.h"

namespace tenfold {
Target& cpuTarget();
}

namespace tenfold::cpu {
namespace {

// The shapes of everything inside the region when its inputs have these.
std::unordered_map<int, TensorDesc> describeBody(const Graph& body, Descs inputs) {
  std::unique_ptr<Graph> copy = body.clone();
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].dtype == DataType::kUndefined) continue;
    copy->inputs[i]->shape = symShape(inputs[i].shape);
    copy->inputs[i]->contents.reset();
    if (inputs[i].known && isInteger(inputs[i].dtype))
      copy->inputs[i]->constant =
          Tensor(inputs[i].dtype, inputs[i].shape, const_cast<void*>(inputs[i].known));
  }
  inferGraph(*copy);
  std::unordered_map<int, TensorDesc> descs;
  for (const Value* v : copy->values()) {
    if (!v->shape) continue;
    auto shape = constantShape(*v->shape);
    if (!shape) fail(ErrorKind::kUnsupported, "the shape of '{}' depends on data", v->name);
    descs[v->id] = {v->dtype, *shape, v->layout, v->isConstant() ? v->constant.data() : nullptr};
  }
  for (size_t i = 0; i < inputs.size(); ++i) descs[body.inputs[i]->id] = inputs[i];
  return descs;
}

// The descriptions of a member's inputs and outputs.
struct Member {
  std::vector<TensorDesc> inputs, outputs;
  Member(const Node& node, const std::unordered_map<int, TensorDesc>& descs) {
    for (const Value* v : node.inputs) inputs.push_back(v ? descs.at(v->id) : TensorDesc{});
    for (const Value* v : node.outputs) outputs.push_back(v ? descs.at(v->id) : TensorDesc{});
  }
};

class SequenceLaunch final : public Launch {
 public:
  SequenceLaunch(const Graph& body, const std::vector<std::unique_ptr<Kernel>>& kernels, Descs inputs,
                 Descs outputs);
  size_t workspaceBytes() const override { return memberWorkspace_ + workspace_; }
  void run(const LaunchArgs& args) override;

 private:
  struct Place {
    enum Kind : uint8_t { kNone, kInput, kOutput, kConstant, kWorkspace } kind = kNone;
    size_t at = 0;  // index or offset
    const void* data = nullptr;
  };
  struct Step {
    std::unique_ptr<Launch> launch;
    std::vector<Place> places;  // inputs, then outputs
    std::vector<void*> addresses;
    size_t inputs;
  };
  Place placeOf(const Value* v);

  const Graph& body_;
  std::unordered_map<int, TensorDesc> descs_;
  std::unordered_map<const Value*, Place> places_;
  std::vector<Step> steps_;
  size_t memberWorkspace_ = 0, workspace_ = 0;
};

SequenceLaunch::Place SequenceLaunch::placeOf(const Value* v) {
  if (!v) return {};
  auto [it, fresh] = places_.emplace(v, Place{});
  if (!fresh) return it->second;
  if (v->isConstant()) return it->second = {Place::kConstant, 0, v->constant.data()};
  const TensorDesc& d = descs_.at(v->id);
  it->second = {Place::kWorkspace, workspace_};
  workspace_ += wholeLines(typeBytes(d.dtype, d.shape.numel()));
  return it->second;
}

SequenceLaunch::SequenceLaunch(const Graph& body, const std::vector<std::unique_ptr<Kernel>>& kernels,
                               Descs inputs, Descs outputs)
    : body_(body), descs_(describeBody(body, inputs)) {
  for (size_t i = 0; i < inputs.size(); ++i) places_[body.inputs[i]] = {Place::kInput, i};
  for (size_t o = 0; o < outputs.size(); ++o) {
    const Value* v = body.outputs[o];
    if (places_.count(v) || v->isConstant())
      fail(ErrorKind::kUnsupported, "an output is an input or stands twice");
    descs_[v->id].layout = outputs[o].layout;
    // An output that nobody wants still needs a place.
    if (outputs[o].dtype != DataType::kUndefined) places_[v] = {Place::kOutput, o};
  }
  for (size_t n = 0; n < kernels.size(); ++n) {
    const Node& node = *body.nodes()[n];
    Member m(node, descs_);
    Step step{kernels[n]->prepare(m.inputs, m.outputs), {}, {}, node.inputs.size()};
    for (const Value* v : node.inputs) step.places.push_back(placeOf(v));
    for (const Value* v : node.outputs) step.places.push_back(placeOf(v));
    step.addresses.resize(step.places.size());
    memberWorkspace_ = std::max(memberWorkspace_, wholeLines(step.launch->workspaceBytes()));
    steps_.push_back(std::move(step));
  }
}

void SequenceLaunch::run(const LaunchArgs& args) {
  char* values = static_cast<char*>(args.workspace) + memberWorkspace_;
  for (Step& step : steps_) {
    for (size_t i = 0; i < step.places.size(); ++i) {
      const Place& p = step.places[i];
      step.addresses[i] = p.kind == Place::kInput      ? args.inputs[p.at]
                          : p.kind == Place::kOutput   ? args.outputs[p.at]
                          : p.kind == Place::kConstant ? const_cast<void*>(p.data)
                          : p.kind == Place::kNone     ? nullptr
                                                       : values + p.at;
    }
    step.launch->run(
        {step.addresses.data(), step.addresses.data() + step.inputs, args.workspace, args.stream, nullptr});
  }
}

class SequenceKernel final : public Kernel {
 public:
  SequenceKernel(const Graph& body, std::vector<std::unique_ptr<Kernel>> kernels)
      : body_(body), kernels_(std::move(kernels)) {}
  std::unique_ptr<Launch> prepare(Descs inputs, Descs outputs) const override {
    return std::make_unique<SequenceLaunch>(body_, kernels_, inputs, outputs);
  }

 private:
  const Graph& body_;
  std::vector<std::unique_ptr<Kernel>> kernels_;
};

// config: "TACTIC|TACTIC|...", one for each member. Members leave their weights as they
// are.
class SequenceTactic final : public Tactic {
 public:
  std::string_view name() const override { return "sequence"; }
  std::string refuses(const Node& node, const TuningHint& hint) const override {
    if (!node.is("Region")) return "is no region";
    return reasonOf([&] { choose(node, hint); });
  }
  std::vector<Candidate> candidates(const Node& node, const TuningHint& hint) const override {
    return {{choose(node, hint), 1 + bytesMoved(hint) / 5e9}};
  }
  CompiledKernel compile(const Node& node, const std::string& config, const TuningHint&) const override {
    return {"sequence", config, {}, std::vector<uint8_t>(node.inputs.size(), 0)};
  }
  std::unique_ptr<Kernel> load(const Node& node, const CompiledKernel& compiled) const override;

 private:
  std::string choose(const Node& node, const TuningHint& hint) const;
};

std::string SequenceTactic::choose(const Node& node, const TuningHint& hint) const {
  const Graph& body = *node.bodies.at(0);
  auto descs = describeBody(body, hint.inputs);
  std::string config;
  for (const Node* member : body.nodes()) {
    Member m(*member, descs);
    TuningHint inner{m.inputs, m.outputs, hint.allowTf32, hint.staticShapes};
    const Tactic* chosen = nullptr;
    std::string why;
    for (const Tactic* t : cpuTarget().tactics())
      if (t != this && (why = t->refuses(*member, inner)).empty()) {
        chosen = t;
        break;
      }
    if (!chosen) fail(ErrorKind::kUnsupported, "{}: {}", member->opName(), why);
    config += (config.empty() ? "" : "|") + std::string(chosen->name());
  }
  return config;
}

std::unique_ptr<Kernel> SequenceTactic::load(const Node& node, const CompiledKernel& compiled) const {
  const Graph& body = *node.bodies.at(0);
  std::vector<std::unique_ptr<Kernel>> kernels;
  size_t at = 0;
  for (const Node* member : body.nodes()) {
    size_t end = std::min(compiled.config.find('|', at), compiled.config.size());
    const Tactic* tactic =
        at > compiled.config.size() ? nullptr : cpuTarget().findTactic(compiled.config.substr(at, end - at));
    if (!tactic || tactic == this)
      fail(ErrorKind::kInvalidPlan, "node '{}': '{}' does not name a tactic for each member", node.name,
           compiled.config);
    kernels.push_back(tactic->load(*member, {std::string(tactic->name()), "weights=runtime", {}, {}}));
    at = end + 1;
  }
  return std::make_unique<SequenceKernel>(body, std::move(kernels));
}

}  // namespace

const Tactic& sequenceTactic() {
  static const SequenceTactic tactic;
  return tactic;
}

}  // namespace tenfold::cpu
