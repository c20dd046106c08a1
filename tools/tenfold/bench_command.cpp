#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "plan/format/file.h"
#include "tenfold/commands.h"
#include "tenfold/model_options.h"
#include "tenfold/step_profile.h"

namespace tenfold {
namespace {

using Clock = std::chrono::steady_clock;
double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct BenchOptions : ModelOptions {
  double duration = 3;
  int iterations = 10;
  bool profile = false;
  std::string json;
};

nlohmann::json profileOf(Session& session) {
  std::vector<double> times = stepMilliseconds(session);
  nlohmann::json rows = nlohmann::json::array();
  for (size_t i = 0; i < times.size(); ++i) {
    const Step& step = session.plan().steps[i];
    if (step.kind == StepKind::kAlias) continue;
    rows.push_back({{"name", step.node->name},
                    {"op", std::string(step.node->opName()) +
                               (step.node->bodies.empty() ? "" : ":" + step.node->attrs.text("kind", ""))},
                    {"tactic", step.compiled.tactic},
                    {"median_ms", times[i]}});
  }
  std::sort(rows.begin(), rows.end(),
            [](const auto& a, const auto& b) { return a["median_ms"] > b["median_ms"]; });
  return rows;
}

void printProfile(const nlohmann::json& rows) {
  double total = 0;
  for (const auto& row : rows) total += row["median_ms"].get<double>();
  fmt::print("{:>9} {:>6}  {:<24} {:<22} {}\n", "ms", "share", "operator", "tactic", "name");
  for (const auto& row : rows)
    fmt::print("{:>9.4f} {:>5.1f}%  {:<24} {:<22} {}\n", row["median_ms"].get<double>(),
               row["median_ms"].get<double>() / total * 100, row["op"].get<std::string>(),
               row["tactic"].get<std::string>(), row["name"].get<std::string>());
}

double percentile(std::vector<double> sorted, double p) {
  return sorted[std::min(sorted.size() - 1, static_cast<size_t>(p * static_cast<double>(sorted.size())))];
}

void bench(const BenchOptions& options) {
  auto start = Clock::now();
  std::unique_ptr<Plan> plan = options.plan();
  std::vector<Tensor> inputs = completeInputs(*plan, options.givenInputs(), options.shapes().opt);
  Session session(std::move(plan), options.target());
  session.run(inputs);
  double buildSeconds = secondsSince(start);
  for (auto warm = Clock::now(); secondsSince(warm) < std::min(0.5, options.duration);) session.runAgain();
  std::vector<double> times;
  auto begin = Clock::now();
  while (static_cast<int>(times.size()) < options.iterations || secondsSince(begin) < options.duration) {
    auto one = Clock::now();
    session.runAgain();
    times.push_back(secondsSince(one) * 1e3);
  }
  std::sort(times.begin(), times.end());
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  nlohmann::json result{{"median_ms", percentile(times, 0.5)},
                        {"p99_ms", percentile(times, 0.99)},
                        {"min_ms", times.front()},
                        {"build_s", buildSeconds},
                        {"peak_mb", usage.ru_maxrss / 1024.0},
                        {"iterations", times.size()}};
  if (options.profile) result["regions"] = profileOf(session);
  fmt::print(
      "median {:.4f} ms, p99 {:.4f} ms, fastest {:.4f} ms of {} runs; ready after {:.2f} s, peak {:.0f} "
      "MiB\n",
      result["median_ms"].get<double>(), result["p99_ms"].get<double>(), times.front(), times.size(),
      buildSeconds, result["peak_mb"].get<double>());
  if (options.profile) printProfile(result["regions"]);
  if (options.json.empty()) return;
  std::string text = result.dump(2);
  writeFileAtomically(options.json, {reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

}  // namespace

void addBenchCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand("bench", "Times a model or a plan");
  command->footer("Example: tenfold bench model.plan --input x=x.npy --profile");
  auto options = std::make_shared<BenchOptions>();
  options->addTo(*command);
  command->add_option("--duration", options->duration, "seconds to measure (default 3)")->check(atLeast(0));
  command->add_option("--iterations", options->iterations, "runs at least (default 10)")->check(atLeast(1));
  command->add_flag("--profile", options->profile, "show where the time goes, step by step");
  command->add_option("--json", options->json, "write the figures to this file");
  command->callback([options] { bench(*options); });
}

}  // namespace tenfold
