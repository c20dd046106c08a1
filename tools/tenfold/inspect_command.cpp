#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "graph/ir/text.h"
#include "plan/format/file.h"
#include "tenfold/commands.h"
#include "tenfold/model_options.h"
#include "tenfold/plan_description.h"
#include "tenfold/step_profile.h"

namespace tenfold {
namespace {

struct InspectOptions : ModelOptions {
  bool json = false, text = false, time = false, reasons = false;
  std::string html;
};

std::string joined(const nlohmann::json& list) {
  std::string text;
  for (const auto& item : list) text += (text.empty() ? "" : ", ") + item.get<std::string>();
  return text;
}

std::string timeOf(const nlohmann::json& row) {
  if (!row.contains("us")) return "";
  return fmt::format("{}{:.1f}", row["us_source"] == "estimate" ? "~" : "", row["us"].get<double>());
}

// What else was tried for a step and why it is not used, and its kernels for other sizes.
void printReasons(const nlohmann::json& row) {
  auto kernel = [](const nlohmann::json& j) {
    std::string config = j["config"].get<std::string>();
    return j["tactic"].get<std::string>() + (config.empty() ? "" : " " + config);
  };
  for (const auto& t : row.value("trials", nlohmann::json::array()))
    if (t.contains("refused"))
      fmt::print("       {}: {}\n", kernel(t), t["refused"].get<std::string>());
    else if (t.contains("measured_us"))
      fmt::print("       {}: {:.1f} us\n", kernel(t), t["measured_us"].get<double>());
    else
      fmt::print("       {}: ~{:.1f} us\n", kernel(t), t["estimated_us"].get<double>());
  for (const auto& v : row.value("variants", nlohmann::json::array()))
    fmt::print("       for {} to {} elements: {}\n", v["least"].get<int64_t>(), v["most"].get<int64_t>(),
               kernel(v));
}

void printTable(const Plan& plan, const nlohmann::json& rows, bool reasons) {
  fmt::print("plan '{}' for {} ({})\n", plan.name, plan.target, plan.device);
  for (size_t i = 0; i < plan.memory.size(); ++i) {
    const MemoryPlan& m = plan.memory[i];
    if (m.bounded)
      fmt::print("profile {}: arena {:.2f} MiB, lower bound {:.2f} MiB\n", i, m.arenaBytes / 1048576.0,
                 m.lowerBound / 1048576.0);
    else
      fmt::print("profile {}: memory is planned for the shapes at hand\n", i);
  }
  constexpr const char* kRow = "{:>4} {:<20} {:<20} {:<5} {:>9} {:<32} {}{}\n";
  fmt::print(kRow, "#", "operator", "tactic", "type", "us", "output", "name", "");
  int number = 0;
  for (const auto& row : rows) {
    fmt::print(kRow, number++, row["operator"].get<std::string>(),
               row["kind"] == "alias" ? "no work" : row["tactic"].get<std::string>(),
               row.value("precision", ""), timeOf(row),
               row.contains("outputs") ? row["outputs"][0].get<std::string>() : "",
               row["name"].get<std::string>(), row.contains("body") ? " (" + joined(row["body"]) + ")" : "");
    if (reasons) printReasons(row);
  }
}

void show(const InspectOptions& options, const Plan& plan, const std::vector<double>& milliseconds) {
  nlohmann::json all = describePlan(plan, milliseconds);
  if (!options.html.empty()) {
    std::string page = planPage(plan, all);
    writeFileAtomically(options.html, {reinterpret_cast<const uint8_t*>(page.data()), page.size()});
    fmt::print("{}: open it in a browser\n", options.html);
  } else if (options.json) {
    fmt::print("{}\n", all.dump(2));
  } else {
    printTable(plan, all["steps"], options.reasons);
  }
}

void inspect(const InspectOptions& options) {
  std::unique_ptr<Plan> plan = options.plan();
  if (options.text) {
    fmt::print("{}\n", printGraph(*plan->graph));
  } else if (options.time) {
    std::vector<Tensor> inputs = completeInputs(*plan, options.givenInputs(), options.shapes().opt);
    Session session(std::move(plan), options.target());
    session.run(inputs);
    show(options, session.plan(), stepMilliseconds(session));
  } else {
    show(options, *plan, {});
  }
}

}  // namespace

void addInspectCommand(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("inspect", "Shows what a plan consists of: regions, tactics, memory, reasons");
  command->footer("Example: tenfold inspect model.plan --time --html plan.html");
  auto options = std::make_shared<InspectOptions>();
  options->addTo(*command);
  command->add_flag("--json", options->json, "everything, as JSON");
  command->add_option("--html", options->html, "everything, as a page to look at, in this file");
  command->add_flag("--time", options->time, "run the plan and show how long each step takes");
  command->add_flag("--reasons", options->reasons,
                    "what else was tried for each step, and why it is not used");
  command->add_flag("--text", options->text, "the optimized graph's text form");
  command->callback([options] { inspect(*options); });
}

}  // namespace tenfold
