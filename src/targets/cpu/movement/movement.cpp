#include "targets/cpu/movement/movement.h"

#include "targets/cpu/launch_tactic.h"
#include "targets/cpu/movement/strided_copy.h"
#include "targets/moves.h"

namespace tenfold::cpu {
namespace {

class MovementLaunch final : public Launch {
 public:
  MovementLaunch(const Node& node, Descs inputs, Descs outputs) : moves_(planMoves(node, inputs, outputs)) {
    for (const Move& m : moves_)
      copies_.emplace_back(typeBits(inputs[m.input].dtype) / 8, m.dims, m.from, m.to, m.fromOffset,
                           m.toOffset);
  }
  void run(const LaunchArgs& args) override {
    for (size_t i = 0; i < moves_.size(); ++i)
      copies_[i].run(args.inputs[moves_[i].input], args.outputs[moves_[i].output]);
  }

 private:
  std::vector<Move> moves_;
  std::vector<StridedCopy> copies_;
};

std::string refuses(const Node& node, const TuningHint& hint) {
  if (!movesElements(node) || isView(node)) return "moves nothing";
  if (!isPlainBytes(hint.inputs[0].dtype))
    return fmt::format("elements are {}", typeName(hint.inputs[0].dtype));
  return refusesLaunch<MovementLaunch>(node, hint);
}

}  // namespace

const Tactic& movementTactic() {
  static const LaunchTactic tactic("movement", refuses, makeLaunch<MovementLaunch>);
  return tactic;
}

}  // namespace tenfold::cpu
