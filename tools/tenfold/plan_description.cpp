#include "tenfold/plan_description.h"

#include "plan/build/precision_notes.h"
#include "plan/memory/profile.h"

namespace tenfold {
namespace {

using nlohmann::json;

constexpr const char* kKinds[] = {"launch", "alias", "control"};

json describeTrial(const Trial& trial) {
  json row{{"tactic", trial.tactic}, {"config", trial.config}};
  if (!trial.refusal.empty())
    row["refused"] = trial.refusal;
  else
    row[trial.measured ? "measured_us" : "estimated_us"] = trial.seconds * 1e6;
  return row;
}

// The trial that won: a configuration is settled when the kernel is made, so its text may have grown since.
const Trial* chosenTrial(const Step& step) {
  const Trial* chosen = nullptr;
  for (const Trial& t : step.trials) {
    if (t.tactic != step.compiled.tactic || !t.refusal.empty()) continue;
    if (t.config == step.compiled.config) return &t;
    if (!chosen || t.seconds < chosen->seconds) chosen = &t;
  }
  return chosen;
}

json describeStep(const Plan& plan, const Step& step) {
  json row{{"name", step.node->name},
           {"operator", std::string(step.node->opName())},
           {"kind", kKinds[static_cast<int>(step.kind)]},
           {"tactic", step.compiled.tactic},
           {"config", step.compiled.config}};
  PrecisionNote precision = precisionOf(plan, step);
  if (precision.type != DataType::kUndefined) row["precision"] = std::string(typeName(precision.type));
  if (!precision.why.empty()) row["precision_reason"] = precision.why;
  for (const auto& body : step.node->bodies)
    for (const Node* n : body->nodes()) row["body"].push_back(std::string(n->opName()));
  for (const Value* v : step.node->inputs) row["inputs"].push_back(v ? v->typeStr() : "");
  for (const Value* v : step.node->outputs) row["outputs"].push_back(v ? v->typeStr() : "");
  for (const Trial& t : step.trials) row["trials"].push_back(describeTrial(t));
  for (const Variant& v : step.variants)
    row["variants"].push_back(
        {{"least", v.least}, {"most", v.most}, {"tactic", v.compiled.tactic}, {"config", v.compiled.config}});
  return row;
}

void addTime(json& row, const Step& step, const double* milliseconds) {
  if (milliseconds) {
    row["us"] = *milliseconds * 1e3;
    row["us_source"] = "run";
  } else if (const Trial* chosen = chosenTrial(step)) {
    row["us"] = chosen->seconds * 1e6;
    row["us_source"] = chosen->measured ? "tuning" : "estimate";
  }
}

}  // namespace

json describePlan(const Plan& plan, const std::vector<double>& stepMilliseconds) {
  json all{{"name", plan.name}, {"target", plan.target}, {"device", plan.device}};
  all["steps"] = json::array();
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    json row = describeStep(plan, step);
    if (step.kind != StepKind::kAlias)
      addTime(row, step, stepMilliseconds.empty() ? nullptr : &stepMilliseconds[i]);
    all["steps"].push_back(std::move(row));
  }
  for (const PassSummary& pass : plan.passes)
    all["passes"].push_back({{"name", pass.name}, {"changes", pass.changes}});
  for (const MemoryPlan& m : plan.memory)
    all["memory"].push_back(
        {{"bounded", m.bounded}, {"arena_bytes", m.arenaBytes}, {"lower_bound", m.lowerBound}});
  return all;
}

json describeArena(const Plan& plan, size_t profile) {
  json rows = json::array();
  for (const Resident& r : residents(plan, profile))
    rows.push_back({{"name", r.value->name},
                    {"type", r.value->typeStr()},
                    {"offset", r.offset},
                    {"bytes", r.bytes},
                    {"first", r.first},
                    {"last", r.last}});
  return rows;
}

}  // namespace tenfold
