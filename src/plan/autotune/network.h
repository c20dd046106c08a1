// The choice among near candidates by the time of the whole network: a kernel that starts while the one
// before it still runs costs another time there than alone.
#pragma once

#include "graph/ir/dim.h"
#include "plan/autotune/tuner.h"

namespace tenfold {

// The network that nodes are chosen for.
struct TunedNetwork {
  const Plan& plan;            // its steps say what is launched, in the order of the nodes
  const DimBindings& optimum;  // the extents that the nodes' hints are for
};

// Whether the launches can be run without the program: their shapes are known, none is a plugin's or waits
// for the host.
bool canTimeNetwork(const TunedNetwork& network, std::span<const Choice> choices, Target& target);

// Runs the launches of a network, one after the other, on made-up inputs.
class NetworkTimer {
 public:
  NetworkTimer(const TunedNetwork& network, std::span<const TunedNode> nodes, Target& target);
  ~NetworkTimer();
  NetworkTimer(const NetworkTimer&) = delete;

  // A node's kernel, ready to run.
  struct Place;
  std::unique_ptr<Place> load(size_t node, const CompiledKernel& compiled);
  // Puts it into its node's place; what was there comes back.
  void exchange(size_t node, std::unique_ptr<Place>& place);
  // Seconds of the fastest of so many runs. Every node has a kernel.
  double time(int iterations);

 private:
  void* addressOf(const Value* v, const TensorDesc& desc, bool packed);
  void* place(size_t bytes, const void* contents);

  const TunedNetwork& network_;
  const std::span<const TunedNode> nodes_;
  Target& target_;
  MemoryPlan memory_;
  std::vector<void*> buffers_;
  std::map<int, void*> addresses_;  // by value id; of what does not lie in the arena
  char* arena_ = nullptr;
  void* workspace_ = nullptr;
  size_t workspaceBytes_ = 0;
  std::vector<std::unique_ptr<Place>> places_;
};

// Tries, for at most `options.networkSeconds`, what measured nearly as fast as the kernels chosen; regions
// that take longest first. Nodes with one signature keep one kernel. Returns the network's seconds; nothing,
// with the choices as they were, where it cannot be run (too little memory). `goOn` is called before each
// trial and throws to end them.
std::optional<double> chooseInNetwork(const TunedNetwork& network, std::span<const TunedNode> nodes,
                                      std::vector<Choice>& choices, Target& target,
                                      const TunerOptions& options, const std::function<void()>& goOn);

// Moves the trial of that kernel to the front.
void putFirst(std::vector<Trial>& trials, std::string_view tactic, std::string_view config);

}  // namespace tenfold
