// Any text either parses, as a graph or as a test case, and then prints to a text that parses to the same
// (large contents aside, which print as a hash of fixed width), or gives an Error. Mutations start from the
// operators' own cases.
#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "graph/ir/text.h"
#include "graph/ir/verify.h"
#include "graph/ops/op_def.h"

using namespace tenfold;

namespace {

constexpr size_t kMaxBytes = 1 << 20;

std::unique_ptr<Graph> parse(std::string_view text) {
  return text.starts_with("graph") ? parseGraph(text, kMaxBytes) : parseCase(text, kMaxBytes).graph;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    auto graph = parse({reinterpret_cast<const char*>(data), size});
    verify(*graph);
    std::string printed = printGraph(*graph);
    if (printGraph(*parseGraph(printed, kMaxBytes)).size() != printed.size()) std::abort();
  } catch (const Error&) {
  }
  return 0;
}

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t maxSize);
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t maxSize, unsigned seed) {
  constexpr unsigned kRarely = 16;
  if (seed % kRarely != 0) return LLVMFuzzerMutate(data, size, maxSize);
  const auto& ops = allOpDefs();
  const auto& cases = ops[seed / kRarely % ops.size()]->cases;
  if (cases.empty()) return LLVMFuzzerMutate(data, size, maxSize);
  std::string_view text = cases[seed / kRarely / ops.size() % cases.size()].text;
  return std::copy_n(text.begin(), std::min(text.size(), maxSize), data) - data;
}
