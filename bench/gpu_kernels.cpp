// Speed of single kernels on the GPU: each case, a node in the graph's text form, by every tactic that
// accepts it and every configuration of that tactic, beside the floor that memory and arithmetic set.
// Launches are replayed from a CUDA graph and go round over copies of the operands that together exceed the
// L2 cache, so that nothing is measured out of a warm cache and no launch waits for the host.
//
//   build/bin/gpu_kernels --filter resnet50 --cases my_cases.txt --top 5
//
// A line of a file of cases: NAME | GFLOP | plain or last | TEXT (0 GFLOP: bound by memory; `last`: operands
// of rank 3 to 5 are channels-last in memory). A line of results: microseconds, the rate, how many times the
// floor, and the largest difference from the first configuration's results over their largest magnitude.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include "base/error.h"
#include "gpu_kernels.h"

namespace tenfold {
namespace {

struct Row {
  std::string label;
  double seconds = 0, difference = 0;
};

void printRows(const bench::KernelCase& c, std::vector<Row> rows, double bytes, int top) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.seconds < b.seconds; });
  double floor = bench::floorSeconds(c, bytes);
  fmt::print("{}: floor {:.2f} us, {:.3g} MB\n", c.name, floor * 1e6, bytes * 1e-6);
  for (size_t i = 0; i < rows.size() && i < static_cast<size_t>(top); ++i) {
    const Row& r = rows[i];
    fmt::print("  {:9.2f} us {:7.1f} TFLOP/s {:6.0f} GB/s {:5.2f}x diff {:.1e}  {}\n", r.seconds * 1e6,
               c.gflop * 1e-3 / r.seconds, bytes * 1e-9 / r.seconds, r.seconds / floor, r.difference,
               r.label);
  }
}

struct Trial {
  const Tactic* tactic;
  Candidate candidate;
  CompiledKernel compiled;
  std::string failure;
};

// All configurations, compiled on all cores.
std::vector<Trial> compileAll(const bench::Operands& operands, Target& gpu,
                              const std::vector<std::string>& names) {
  std::vector<Trial> trials;
  for (const Tactic* tactic : gpu.tactics()) {
    bool wanted = names.empty() || std::find(names.begin(), names.end(), tactic->name()) != names.end();
    if (!wanted || tactic->name() == "host-reference" ||
        !tactic->refuses(operands.node(), operands.hint()).empty())
      continue;
    for (Candidate& c : tactic->candidates(operands.node(), operands.hint()))
      trials.push_back({tactic, c, {}, {}});
  }
  std::atomic<size_t> next = 0;
  auto work = [&] {
    for (size_t i = next++; i < trials.size(); i = next++) {
      Trial& t = trials[i];
      try {
        t.compiled = t.tactic->compile(operands.node(), t.candidate.config, operands.hint());
      } catch (const std::exception& e) {
        t.failure = e.what();
      }
    }
  };
  std::vector<std::thread> threads(std::min<size_t>(trials.size(), std::thread::hardware_concurrency()));
  for (auto& t : threads) t = std::thread(work);
  for (auto& t : threads) t.join();
  return trials;
}

void runCase(const bench::KernelCase& c, Target& gpu, const std::vector<std::string>& names, int top) {
  bench::Operands operands(c, gpu);
  std::vector<Row> rows;
  std::vector<Tensor> first;
  for (Trial& t : compileAll(operands, gpu, names)) {
    Row row{fmt::format("{} {}", t.tactic->name(), t.candidate.config)};
    try {
      require(t.failure.empty(), "{}", t.failure);
      auto kernel = t.tactic->load(operands.node(), t.compiled);
      row.seconds = operands.time(*kernel);
      std::vector<Tensor> results = operands.results();
      if (first.empty()) first = results;
      row.difference = bench::difference(results, first);
      rows.push_back(row);
    } catch (const std::exception& e) {
      fmt::print("  {} failed: {}\n", row.label, e.what());
    }
  }
  printRows(c, std::move(rows), operands.bytes(), top);
  std::fflush(stdout);
}

// What every tactic says to the case, on a machine that need not have a GPU.
void explainCase(const bench::KernelCase& c, Target& gpu) {
  bench::Operands operands(c, gpu);
  fmt::print("{}: floor {:.2f} us\n", c.name, bench::floorSeconds(c, operands.bytes()) * 1e6);
  for (const Tactic* tactic : gpu.tactics()) {
    std::string refusal = tactic->refuses(operands.node(), operands.hint());
    if (!refusal.empty()) {
      fmt::print("  {:16} no: {}\n", tactic->name(), refusal);
      continue;
    }
    for (const Candidate& candidate : tactic->candidates(operands.node(), operands.hint()))
      fmt::print("  {:16} {:9.2f} us expected  {}\n", tactic->name(), candidate.seconds * 1e6,
                 candidate.config);
  }
}

}  // namespace
}  // namespace tenfold

int main(int argc, char** argv) {
  CLI::App app("Times the GPU's kernels one by one, e.g. gpu_kernels --filter resnet50");
  std::string filter, file;
  int top = 4;
  std::vector<std::string> names;
  std::string explain;
  app.add_option("--filter", filter, "only cases whose name contains this");
  app.add_option("--cases", file, "a file of cases instead of the built-in ones")->check(CLI::ExistingFile);
  app.add_option("--tactics", names, "only these, with commas between them")->delimiter(',');
  app.add_option("--top", top, "how many of the fastest configurations to print")->check(CLI::PositiveNumber);
  app.add_option("--explain", explain,
                 "do not run: print what every tactic says for this target, e.g. cuda:sm_90");
  CLI11_PARSE(app, argc, argv);
  try {
    tenfold::Target& gpu = tenfold::target(explain.empty() ? "cuda" : explain);
    std::ifstream in(file);
    for (const auto& c : file.empty() ? tenfold::bench::builtInCases() : tenfold::bench::readCases(in))
      if (c.name.find(filter) != std::string::npos)
        explain.empty() ? tenfold::runCase(c, gpu, names, top) : tenfold::explainCase(c, gpu);
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 1;
  }
}
