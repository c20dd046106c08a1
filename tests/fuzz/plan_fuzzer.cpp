// Any file with right checksums either is a plan that holds and can be written again, or gives an Error. The
// input is a list of edits to a real plan: which one, then three bytes each, where (two) and what. A first
// byte past the plans takes the rest as the file itself.
#include <xxhash.h>

#include <cstdlib>
#include <cstring>

#include "base/error.h"
#include "graph/ir/text.h"
#include "graph/ir/verify.h"
#include "plan/build/build.h"
#include "plan/format/file.h"
#include "plan/format/header.h"

namespace {

using namespace tenfold;

constexpr const char* kGraphs[] = {
    "graph g(x:f32[2,3]) { y = Relu(x); return y }",
    "graph g(x:f32[2,4]) { w = const f32[4,6] random(3); a = MatMul(x, w); y = Softmax(a); return y }",
    R"(graph g(x:f32[2,4], c:bool[]) {
         b = If(c, x) graph then(p:f32[2,4]) { q = Relu(p); return q } graph else(p:f32[2,4]) { q = Neg(p); return q }
         return b })",
};
constexpr size_t kPlans = std::size(kGraphs);

std::vector<uint8_t> makePlan(const char* text) {
  BuildOptions options;
  options.tuner.measure = false;
  options.profiles.emplace_back();
  auto graph = parseGraph(text);
  for (const Value* input : graph->inputs) {
    Shape shape;
    for (const Dim& d : *input->shape) shape.push_back(d.constant());
    options.profiles[0].inputs.push_back({shape, shape, shape, {}, {}, {}});
  }
  return writePlan(*buildPlan(std::move(graph), target("cpu"), options));
}

// The edits go to the start of the file: header and tables.
std::vector<uint8_t> edited(std::vector<uint8_t> file, const uint8_t* edits, size_t size) {
  size_t reach = std::min<size_t>(file.size(), UINT16_MAX);
  for (; size >= 3; edits += 3, size -= 3) file[(edits[0] | edits[1] << 8) % reach] = edits[2];
  return file;
}

// Makes the checksums right, so that what lies behind them is tried.
void seal(std::vector<uint8_t>& file) {
  PlanHeader header;
  if (file.size() < sizeof header) return;
  std::memcpy(&header, file.data(), sizeof header);
  if (header.fileBytes >= sizeof header && header.fileBytes <= file.size())
    header.checksum = XXH3_64bits(file.data() + sizeof header, header.fileBytes - sizeof header);
  header.headerChecksum = XXH3_64bits(&header, offsetof(PlanHeader, headerChecksum));
  std::memcpy(file.data(), &header, sizeof header);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::vector<uint8_t> plans[] = {makePlan(kGraphs[0]), makePlan(kGraphs[1]),
                                               makePlan(kGraphs[2])};
  if (size == 0) return 0;
  std::vector<uint8_t> file = data[0] < kPlans ? edited(plans[data[0]], data + 1, size - 1)
                                               : std::vector<uint8_t>(data + 1, data + size);
  seal(file);
  try {
    auto plan = readPlanCopy(file);
    verify(*plan->graph);
    std::vector<uint8_t> written = writePlan(*plan);
    if (writePlan(*readPlanCopy(written)) != written) std::abort();
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::kInvalidPlan) std::abort();
  }
  return 0;
}
