#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "graph/ir/text.h"
#include "plan/build/precision_notes.h"
#include "tenfold/commands.h"
#include "tenfold/model_options.h"

namespace tenfold {
namespace {

struct InspectOptions : ModelOptions {
  bool json = false, text = false;
};

constexpr const char* kKinds[] = {"launch", "alias", "control"};

nlohmann::json describe(const Plan& plan, const Step& step) {
  nlohmann::json row{{"name", step.node->name},
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
  for (const Trial& t : step.trials) {
    nlohmann::json trial{{"tactic", t.tactic}, {"config", t.config}};
    if (!t.refusal.empty())
      trial["refused"] = t.refusal;
    else
      trial[t.measured ? "measured_us" : "estimated_us"] = t.seconds * 1e6;
    row["trials"].push_back(std::move(trial));
  }
  return row;
}

std::string joined(const nlohmann::json& list) {
  std::string text;
  for (const auto& item : list) text += (text.empty() ? "" : ", ") + item.get<std::string>();
  return text;
}

void printTable(const Plan& plan, const nlohmann::json& rows) {
  fmt::print("plan '{}' for {} ({})\n", plan.name, plan.target, plan.device);
  for (size_t i = 0; i < plan.memory.size(); ++i) {
    const MemoryPlan& m = plan.memory[i];
    if (m.bounded)
      fmt::print("profile {}: arena {:.2f} MiB, lower bound {:.2f} MiB\n", i, m.arenaBytes / 1048576.0,
                 m.lowerBound / 1048576.0);
    else
      fmt::print("profile {}: memory is planned for the shapes at hand\n", i);
  }
  fmt::print("{:>4} {:<20} {:<20} {:<32} {}\n", "#", "operator", "tactic", "output", "name");
  int number = 0;
  for (const auto& row : rows) {
    std::string body = row.contains("body") ? " (" + joined(row["body"]) + ")" : "";
    fmt::print("{:>4} {:<20} {:<20} {:<32} {}{}\n", number++, row["operator"].get<std::string>(),
               row["kind"] == "alias" ? "no work" : row["tactic"].get<std::string>(),
               row.contains("outputs") ? row["outputs"][0].get<std::string>() : "",
               row["name"].get<std::string>(), body);
  }
}

void inspect(const InspectOptions& options) {
  std::unique_ptr<Plan> plan = options.plan();
  if (options.text) {
    fmt::print("{}\n", printGraph(*plan->graph));
    return;
  }
  nlohmann::json rows = nlohmann::json::array();
  for (const Step& step : plan->steps) rows.push_back(describe(*plan, step));
  if (!options.json) return printTable(*plan, rows);
  nlohmann::json all{
      {"name", plan->name}, {"target", plan->target}, {"device", plan->device}, {"steps", rows}};
  for (const PassSummary& pass : plan->passes)
    all["passes"].push_back({{"name", pass.name}, {"changes", pass.changes}});
  for (const MemoryPlan& m : plan->memory)
    all["memory"].push_back(
        {{"bounded", m.bounded}, {"arena_bytes", m.arenaBytes}, {"lower_bound", m.lowerBound}});
  fmt::print("{}\n", all.dump(2));
}

}  // namespace

void addInspectCommand(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("inspect", "Shows what a plan consists of: regions, tactics, memory, reasons");
  command->footer("Example: tenfold inspect model.plan --json");
  auto options = std::make_shared<InspectOptions>();
  options->addTo(*command);
  command->add_flag("--json", options->json, "everything, as JSON");
  command->add_flag("--text", options->text, "the optimized graph's text form");
  command->callback([options] { inspect(*options); });
}

}  // namespace tenfold
