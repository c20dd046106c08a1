#include "optimize/runner.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>

#include "base/error.h"
#include "graph/ir/text.h"
#include "graph/ir/verify.h"
#include "graph/ops/infer.h"

namespace tenfold {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// Bodies first: what became simpler inside can make the node simpler.
int runEverywhere(const Pass& pass, Graph& graph) {
  int changes = 0;
  for (Node* n : graph.nodes())
    for (const auto& body : n->bodies) changes += runEverywhere(pass, *body);
  return changes + (pass.run ? pass.run(graph) : applyRules(graph, pass.rules()));
}

}  // namespace

PassRunner::PassRunner(Graph& graph, const OptimizeOptions& options)
    : graph_(graph), options_(options), disabled_(options.disabled), dumpDirectory_(options.dumpDirectory) {
  std::string more = environment("TENFOLD_DISABLE_PASSES");
  for (size_t start = 0; start < more.size();) {
    size_t end = std::min(more.find(',', start), more.size());
    disabled_.push_back(more.substr(start, end - start));
    start = end + 1;
  }
  if (dumpDirectory_.empty()) dumpDirectory_ = environment("TENFOLD_DUMP");
}

bool PassRunner::isDisabled(const std::string& name) const {
  return std::find(disabled_.begin(), disabled_.end(), name) != disabled_.end();
}

void PassRunner::dump(const std::string& name) {
  if (dumpDirectory_.empty()) return;
  std::string path = fmt::format("{}/{:03}.{}.txt", dumpDirectory_, dumps_++, name);
  std::ofstream file(path);
  file << printGraph(graph_);
  require(file.good(), "the graph cannot be written to {}: is {} a folder that can be written to?", path,
          dumpDirectory_);
}

int PassRunner::runPass(const Pass& pass) {
  auto start = std::chrono::steady_clock::now();
  int changes = 0;
  try {
    changes = runEverywhere(pass, graph_);
    if (changes) inferGraph(graph_);
    if (options_.verify && changes) verify(graph_);
  } catch (const Error& e) {
    fail(ErrorKind::kInternal, "optimizer pass '{}': {} (leave it out with TENFOLD_DISABLE_PASSES={})",
         pass.name, e.what(), pass.name);
  }
  double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  auto report = std::find_if(reports_.begin(), reports_.end(),
                             [&](const PassReport& r) { return r.pass == pass.name; });
  if (report == reports_.end()) report = reports_.insert(reports_.end(), {pass.name});
  report->ms += ms;
  report->changes += changes;
  if (changes && options_.log)
    options_.log(
        fmt::format("{}: {} changes in {:.2f} ms, {} nodes", pass.name, changes, ms, graph_.nodes().size()));
  if (changes) dump(pass.name);
  return changes;
}

std::vector<PassReport> PassRunner::run(std::span<const Phase> phases) {
  dump("before");
  for (const Phase& phase : phases)
    for (int round = 0, changes = 1; round < phase.rounds && changes; ++round) {
      changes = 0;
      for (const Pass& pass : phase.passes)
        if (!isDisabled(pass.name)) changes += runPass(pass);
    }
  return std::move(reports_);
}

}  // namespace tenfold
