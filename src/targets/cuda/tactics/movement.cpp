#include "base/error.h"
#include "targets/cuda/tactics/generated.h"
#include "targets/cuda/tactics/strided_move.h"
#include "targets/cuda/tactics/strides.h"
#include "targets/cuda/tactics/tactics.h"
#include "targets/moves.h"

namespace tenfold::cuda {
namespace {

struct Copy {
  StridedMove move;
  size_t input, output;
};

std::vector<Copy> plan(const Node& node, Descs in, Descs out) {
  requireSmall(in);
  requireSmall(out);
  std::vector<Copy> copies;
  for (const Move& m : planMoves(node, in, out))
    copies.push_back(
        {StridedMove(typeBits(in[m.input].dtype) / 8, m.dims, m.from, m.to, m.fromOffset, m.toOffset),
         m.input, m.output});
  return copies;
}

class MovementLaunch final : public Launch {
 public:
  MovementLaunch(const Node& node, std::shared_ptr<const Module> module, Descs inputs, Descs outputs)
      : module_(std::move(module)), copies_(plan(node, inputs, outputs)) {}
  void run(const LaunchArgs& args) override {
    for (const Copy& c : copies_) {
      const void* from = args.inputs[c.input];
      void* to = args.outputs[c.output];
      if (to && to != from) c.move.run(*module_, from, to, args.stream);
    }
  }

 private:
  std::shared_ptr<const Module> module_;
  std::vector<Copy> copies_;
};

std::string refuses(const Device&, const Node& node, const TuningHint& hint) {
  if (!movesElements(node)) return "moves nothing";
  if (!isPlainBytes(hint.inputs[0].dtype))
    return fmt::format("elements are {}", typeName(hint.inputs[0].dtype));
  return reasonOf([&] { plan(node, hint.inputs, hint.outputs); });
}

std::string generate(const Node&, const std::string&, const TuningHint&) { return moveCode(); }

std::unique_ptr<Kernel> makeKernel(KernelParts parts) {
  return kernelOf([&node = parts.node, module = std::move(parts.module)](Descs inputs, Descs outputs) {
    return std::make_unique<MovementLaunch>(node, module, inputs, outputs);
  });
}

}  // namespace

const GeneratedFamily kMovement{"movement", refuses, oneCandidate, generate, makeKernel};

}  // namespace tenfold::cuda
