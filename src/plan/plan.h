// A plan in memory: the optimized graph and everything decided about it. src/plan/format writes and reads it
// as a file; src/runtime runs it.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "graph/ir/graph.h"
#include "targets/target.h"

namespace tenfold {

struct Plan;

// One tactic that was tried for a step, for the inspector.
struct Trial {
  std::string tactic, config;
  double seconds = 0;  // measured, or the cost model's estimate
  bool measured = false;
  std::string refusal;  // why it cannot run the node, else empty
};

enum class StepKind : uint8_t {
  kLaunch,   // a kernel
  kAlias,    // output 0 is input 0 under another shape: nothing to do
  kControl,  // If, Loop, Scan: runs its bodies
};

// What runs a step in place of its own kernel where the tensors at hand are of other sizes than those that
// the kernel was chosen for: while workElements() is from `least` to `most`.
struct Variant {
  int64_t least = 0, most = 0;
  CompiledKernel compiled;
  std::vector<Trial> trials;
};

// One node of the graph.
struct Step {
  Node* node = nullptr;
  StepKind kind = StepKind::kLaunch;
  CompiledKernel compiled;  // of kLaunch
  std::vector<Trial> trials;
  std::vector<Variant> variants;              // ascending, without common sizes
  std::vector<std::unique_ptr<Plan>> bodies;  // of kControl, one for each body of the node
};

// The elements that the node reads and writes at these shapes, constants aside; INT64_MAX where there are
// more.
int64_t workElements(const Node& node, std::span<const TensorDesc> inputs,
                     std::span<const TensorDesc> outputs);

// Minimum, optimum and maximum of one input under a profile; for shape tensors, of its elements.
struct ProfileInput {
  Shape min, opt, max;
  std::vector<int64_t> minValues, optValues, maxValues;
};
struct Profile {
  std::vector<ProfileInput> inputs;  // as graph->inputs
};

// Where a value lives while a context runs.
enum class PlaceKind : uint8_t {
  kNone,      // nowhere: nobody needs it
  kArena,     // `offset` bytes into the context's arena
  kConstant,  // the value's own bytes
  kInput,     // the caller's address of graph input `index`
  kOutput,    // the caller's address of graph output `index`
  kAlias,     // where the value with id `index` lives
  kDynamic,   // its size is unknown before the launch: allocated when that runs
};
struct Place {
  PlaceKind kind = PlaceKind::kNone;
  int index = -1;
  int64_t offset = 0;
  bool operator==(const Place&) const = default;
};
struct MemoryPlan {
  std::vector<Place> places;  // by value id
  int64_t arenaBytes = 0;
  int64_t lowerBound = 0;  // the most bytes alive at one step: no plan can be smaller
  // False: the profile sets no useful limit (a maximum of many gigabytes), so memory is planned for the
  // shapes at hand whenever they change.
  bool bounded = true;
};

// What one pass of the optimizer did.
struct PassSummary {
  std::string name;
  int changes = 0;
};

struct Plan {
  std::string name;
  std::string target, device;  // Target::name and deviceSignature
  std::unique_ptr<Graph> graph;
  std::vector<Step> steps;  // as graph->nodes(), which is the order of execution
  std::vector<Profile> profiles;
  std::vector<MemoryPlan> memory;   // one for each profile; none in bodies, which are planned when they run
  std::vector<PassSummary> passes;  // what the optimizer did, for the inspector
  // Facts that the API gives back (builder flags, verbosity, formats of inputs and outputs, ...), by name.
  std::map<std::string, std::string> facts;
};

}  // namespace tenfold
